import { type Finder, finders as adoptable } from "../adopt/finders";

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** What is listed by its compartment, and named uniquely enough in it. */
function inCompartment(
  noun: string,
  name: "name" | "displayName",
  service: "identity" | "vss-cp-api",
  kind: "policies" | "groups" | "dynamicGroups" | "containerScanRecipes" | "containerScanTargets",
): Finder {
  return {
    noun,
    name,
    fixed: ["compartmentId"],
    needs: ["compartmentId", name],
    async find(api, inputs) {
      const query = { compartmentId: text(inputs.compartmentId), [name]: text(inputs[name]) };
      const listed = (await api.list(service, kind, query)) ?? [];
      return listed
        .map((one): Record<string, unknown> => ({ ...one }))
        .filter((one) => !/^delet/i.test(text(one.lifecycleState)))
        .map((one) => ({
          id: text(one.id),
          importId: text(one.id),
          properties: { [name]: one[name], compartmentId: one.compartmentId },
        }));
    },
  };
}

/** Resource type → how one that exists is found by its inputs. */
export const finders: Partial<Record<string, Finder>> = {
  ...adoptable,
  "oci:Identity/policy:Policy": inCompartment("policy", "name", "identity", "policies"),
  "oci:Identity/group:Group": inCompartment("group", "name", "identity", "groups"),
  "oci:Identity/dynamicGroup:DynamicGroup": inCompartment(
    "dynamic group",
    "name",
    "identity",
    "dynamicGroups",
  ),
  "oci:VulnerabilityScanning/containerScanRecipe:ContainerScanRecipe": inCompartment(
    "scan recipe",
    "displayName",
    "vss-cp-api",
    "containerScanRecipes",
  ),
  "oci:VulnerabilityScanning/containerScanTarget:ContainerScanTarget": inCompartment(
    "scan target",
    "displayName",
    "vss-cp-api",
    "containerScanTargets",
  ),
};

/** What is not looked for, since making it again is no harm → why. */
export const madeAgain: readonly [RegExp, string][] = [
  [/^docker:/, "the next update builds and pushes it again, and the registry keeps what it has"],
  [/^command:/, "the next update runs it again"],
  [/^oci:ObjectStorage\/objectLifecyclePolicy:/, "the next update writes it in the place of what is there"],
  [/^oci:Identity\/authToken:/, "the next update makes another one; delete the unused one in the console"],
];
