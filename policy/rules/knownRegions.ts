import { Region } from "oci-common/lib/region";
import { type ResourceRule, STACK_TYPE } from "../rule";

export interface KnownRegionsSettings {
  /** Identifiers such as `sa-saopaulo-1`; empty: all that OCI's SDK knows. */
  regions: string[];
}

export const knownRegions: ResourceRule<KnownRegionsSettings> = {
  name: "known-regions",
  description: "Only known regions are used.",
  schema: { properties: { regions: { type: "array", items: { type: "string" }, default: [] } } },
  problems(resource, settings, { plain }) {
    const known =
      settings.regions.length > 0 ? settings.regions : Region.values().map(({ regionId }) => regionId);
    const isUnknown = (region: unknown): region is string =>
      typeof region === "string" && !known.includes(region);
    const nearest =
      known.length > 5 ? 'such as "sa-saopaulo-1"' : known.map((region) => `"${region}"`).join(" or ");
    if (resource.type === STACK_TYPE) {
      const region = plain["oci:region"];
      return isUnknown(region)
        ? [
            `Stack "${resource.stack}" is in region "${region}", which is not among the known ones: type \`pulumi config set oci:region REGION -s ${resource.stack}\` with a known one, ${nearest}.`,
          ]
        : [];
    }
    // Pulumi's default provider has the stack's own region.
    if (resource.type !== "pulumi:providers:oci" || resource.name.startsWith("default")) return [];
    const { region } = resource.props;
    return isUnknown(region)
      ? [
          `Provider "${resource.name}" works in region "${region}", which is not among the known ones: give it a known one, ${nearest}.`,
        ]
      : [];
  },
};
