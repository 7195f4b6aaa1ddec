import { ApplicationSources } from "./applicationSources";
import { deployed, deployment, extracted, place } from "./testing/deployedFunctions";
import { ofType, read, runMocked } from "./testing/mockStack";

const { function: name, ...everywhere } = place;
const second = { ...deployed, displayName: "another", image: "iad.ocir.io/ns/another:1.0.0" };

it("recovers every function on its own, named from the component", async () => {
  const { result, registered } = await runMocked(
    () => ApplicationSources.create("app", { ...everywhere, path: "/srv" }),
    deployment({ functions: [deployed, second] }),
  );
  const component = "fotogal-motando:components:ApplicationSources app";
  expect(ofType(registered, "FunctionSource")).toMatchObject([
    { name: "app-another", parent: component },
    { name: `app-${name}`, parent: component },
  ]);
  expect(ofType(registered, "Command")).toMatchObject([
    {
      name: "app-another",
      inputs: { create: expect.stringContaining("--path '/srv'") as unknown },
      dependsOn: [],
    },
    { name: `app-${name}`, dependsOn: [] },
  ]);
  expect(Object.keys(result.sources)).toEqual(["another", name]);
  expect((await read(result.sources.another)).value).toMatchObject({
    image: second.image,
    text: extracted.text,
  });
});

it("makes nothing where one of the functions that are named is missing", async () => {
  const functions = [name, "none"];
  await expect(
    runMocked(() => ApplicationSources.create("app", { ...everywhere, function: functions }), deployment()),
  ).rejects.toThrow(
    'There is no function "none" in application "fn app sample 001"; name one of "fn sample 001".',
  );
});

it("reports every bad argument at once", async () => {
  await expect(
    runMocked(() => ApplicationSources.create("app", { ...place, application: "", path: "x" }), deployment()),
  ).rejects.toThrow(
    'ApplicationSources "app":\n  application is empty; give its exact name\n  path "x" is not absolute; write "/x"',
  );
});
