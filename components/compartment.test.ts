import { Compartment } from "./compartment";
import { ofType, read, runMocked } from "./testing/mockStack";

const good = { compartmentName: "cmp-fotogal", description: "FotoGal", parentId: "ocid1.tenancy" };

it("makes a protected compartment that a destroy leaves in OCI", async () => {
  const { result, registered } = await runMocked(() => new Compartment("fotogal", good));
  expect(registered).toEqual([
    expect.objectContaining({ type: "fotogal-motando:components:Compartment", name: "fotogal" }),
    expect.objectContaining({
      type: "oci:Identity/compartment:Compartment",
      name: "fotogal",
      parent: "fotogal-motando:components:Compartment fotogal",
      protect: true,
      inputs: {
        name: "cmp-fotogal",
        description: "FotoGal",
        compartmentId: "ocid1.tenancy",
      },
    }),
  ]);
  expect(await read(result.compartmentId)).toEqual({ value: "ocid1.fotogal", secret: false });
});

it("can be deleted for good", async () => {
  const { registered } = await runMocked(() => new Compartment("try", { ...good, protectData: false }));
  expect(ofType(registered, "Compartment")[1]).toMatchObject({
    protect: false,
    inputs: { enableDelete: true },
  });
});

it("reports every bad argument at once and makes no child", async () => {
  const { result, registered } = await runMocked(() => {
    try {
      return new Compartment("fotogal", { ...good, compartmentName: "cmp fotogal", description: "" });
    } catch (error) {
      return error as Error;
    }
  });
  expect(result).toMatchObject({ hideStack: true });
  expect((result as Error).message).toBe(
    'Compartment "fotogal":' +
      '\n  compartmentName "cmp fotogal" is not 1 to 100 letters, digits, ".", "_" and "-"' +
      "\n  description has 0 characters; write 1 to 400",
  );
  expect(registered.map(({ type }) => type)).toEqual(["fotogal-motando:components:Compartment"]);
});
