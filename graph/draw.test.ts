import { readFileSync } from "node:fs";
import path from "node:path";
import { type Box, layOut } from "./boxes";
import { drawStack } from "./draw";
import { readExport, type StackDocument } from "./stackDocument";

const stack = readExport(readFileSync(path.join(__dirname, "testing", "export.json"), "utf8"));

it("draws the committed picture", async () => {
  const committed = readFileSync(path.join(__dirname, "..", "docs", "stack.svg"), "utf8");
  // Not toBe: its message would be two whole pictures.
  expect((await drawStack(stack)) === committed).toBe(true);
});

it("gives the same bytes whatever the order of the resources and of their dependencies", async () => {
  const reversed = [...stack.resources]
    .sort((a, b) => (a.urn < b.urn ? -1 : 1))
    .map((each) => ({ ...each, dependencies: [...each.dependencies].reverse() }));
  expect((await drawStack({ ...stack, resources: reversed })) === (await drawStack(stack))).toBe(true);
});

it("puts components into the compartment that they are made in", () => {
  const boxes = layOut(stack).boxes.filter(({ compartment }) => compartment);
  expect(boxes.map(({ resource, boxes: inner }) => [resource.name, inner.map(titleOf).sort()])).toEqual([
    [
      "cmp-fotogal",
      [
        "AppLogGroup fotogal",
        "ContainerRepositories fotogal",
        "ImageBucket fotogal-images",
        "NoSqlTables fotogal",
      ],
    ],
    ["cmp-motando", ["ContainerRepositories motando"]],
  ]);
});

it("leaves out the arrows that others imply", () => {
  const named = layOut(stack).arrows.map(({ from, to }) => `${lastOf(from)} → ${lastOf(to)}`);
  expect(named).toContain("Image fotogal → Command fotogal-sbom");
  expect(named).not.toContain("ContainerRepository fotogal-fotogal → Command fotogal-sbom");
  expect(named.filter((each) => each.startsWith("Compartment "))).toEqual([]);
});

it("lays out a deep graph, through which there are a billion billion ways", () => {
  const urnOf = (layer: number, side: string) => `urn:pulumi:local::deep::oci:Core/vcn:Vcn::${layer}${side}`;
  const both = (layer: number) => (layer < 0 ? [] : [urnOf(layer, "a"), urnOf(layer, "b")]);
  const layers = Array.from({ length: 60 }, (_, layer) => layer);
  const resources = layers.flatMap((layer) =>
    both(layer).map((urn) => ({
      ...{ urn, type: "oci:Core/vcn:Vcn", name: urn, what: "vcn", custom: true },
      // What lies two layers below is implied.
      dependencies: [...both(layer - 1), ...both(layer - 2)],
    })),
  );
  const { arrows } = layOut({ project: "deep", stack: "local", resources });
  expect(arrows).toHaveLength(59 * 4);
  expect(arrows).toContainEqual({ from: urnOf(57, "a"), to: urnOf(58, "b"), columns: 1 });
});

it("draws existing compartments' resources without a box, and what it does not know by its type", async () => {
  const resources = stack.resources
    .filter(({ type }) => !type.includes("ompartment"))
    .map((each) =>
      each.type.endsWith(":Bucket") ? { ...each, type: "oci:Core/vcn:Vcn", what: "vcn" } : each,
    );
  const drawn: StackDocument = { ...stack, resources };
  expect(layOut(drawn).boxes.filter(({ compartment }) => compartment)).toEqual([]);
  const texts = textsOf(await drawStack(drawn));
  expect(texts).toContain("vcn");
  expect(texts).toContain("other");
});

it("marks what an update would do, in the legend too", async () => {
  const resources = stack.resources.map((each) =>
    each.type.endsWith(":Bucket") ? { ...each, change: "delete" as const, name: "a<b>&c" } : each,
  );
  const texts = textsOf(await drawStack({ ...stack, resources }));
  expect(texts).toContain("a&lt;b&gt;&amp;c");
  expect(texts.filter((text) => text === "−")).toHaveLength(2);
  expect(texts).toContain("delete");
});

function textsOf(svg: string): string[] {
  return [...svg.matchAll(/>([^<>]+)<\/text>/g)].map(([, text = ""]) =>
    text.replaceAll("&#160;", " ").trim(),
  );
}

function titleOf({ resource }: Box): string {
  return `${resource.type.split(":").at(-1) ?? ""} ${resource.name}`;
}

/** Type and name at the end of a URN. */
function lastOf(urn: string): string {
  return urn.split("$").at(-1)?.split(":").slice(-3).join(" ").replace("  ", " ") ?? urn;
}
