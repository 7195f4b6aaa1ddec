import { noConfiguration, resource } from "../testing";
import { knownRegions } from "./knownRegions";

const ofProvider = (region: string | undefined, regions: string[] = []) =>
  knownRegions.problems(resource("pulumi:providers:oci", { region }), { regions }, noConfiguration);
const ofStack = (region: string) =>
  knownRegions.problems(
    resource("pulumi:pulumi:Stack"),
    { regions: [] },
    { plain: { "oci:region": region } },
  );

test("a region that OCI has is known", () => {
  expect(ofProvider("sa-saopaulo-1")).toEqual([]);
  expect(ofProvider(undefined)).toEqual([]);
  expect(ofStack("eu-frankfurt-1")).toEqual([]);
});

test("a misspelt one is not", () => {
  expect(ofProvider("sa-saopaolo-1")).toEqual([expect.stringContaining('"sa-saopaolo-1"')]);
  expect(ofStack("sa-saopaolo-1")).toEqual([
    expect.stringContaining("type `pulumi config set oci:region REGION -s dev`"),
  ]);
});

test("a list leaves the others out, and the message says what it has", () => {
  expect(ofProvider("sa-vinhedo-1", ["sa-vinhedo-1"])).toEqual([]);
  expect(ofProvider("sa-saopaulo-1", ["sa-vinhedo-1"])).toEqual([
    'Provider "it" works in region "sa-saopaulo-1", which is not among the known ones: give it a known one, "sa-vinhedo-1".',
  ]);
});
