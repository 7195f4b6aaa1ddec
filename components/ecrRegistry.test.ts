import { EcrError } from "../ecr/client";
import { ecrLogin } from "../ecr/login";
import { EcrRegistry, type EcrRegistryArgs } from "./ecrRegistry";
import { ofType, read, runMocked } from "./testing/mockStack";

jest.mock("../ecr/login");
const host = "123456789012.dkr.ecr.sa-east-1.amazonaws.com";
jest.mocked(ecrLogin).mockResolvedValue({ host, username: "AWS", password: "a token" });

const args: EcrRegistryArgs<"webapp" | "worker"> = {
  region: "sa-east-1",
  repositories: { webapp: "motando-webapp", worker: "team/worker" },
};

it("makes protected repositories with immutable tags and a scan on push", async () => {
  const { result, registered } = await runMocked(() => EcrRegistry.create("motando", args));
  const repositories = ofType(registered, "EcrRepository");
  expect(repositories).toEqual([
    expect.objectContaining({
      name: "motando-webapp",
      parent: "fotogal-motando:components:EcrRegistry motando",
      protect: true,
      inputs: expect.objectContaining({
        region: "sa-east-1",
        repositoryName: "motando-webapp",
        immutableTags: true,
        scanOnPush: true,
        lifecyclePolicy: "",
        tags: {},
        forceDelete: false,
      }) as object,
    }),
    expect.objectContaining({ name: "motando-worker" }),
  ]);
  expect((await read(result.repository("worker"))).value).toBe(`${host}/team/worker`);
});

it("keeps neither the token nor a path of this machine in what the state holds", async () => {
  const { result, registered } = await runMocked(() => EcrRegistry.create("motando", args));
  expect(result.credentials).toMatchObject({ server: host, username: "AWS", longLived: false });
  expect(await read(result.credentials.password)).toEqual({ value: "a token", secret: true });
  const kept = JSON.stringify(registered);
  expect(kept).toContain("__provider");
  expect(kept).not.toContain("a token");
  expect(kept).not.toContain(process.cwd());
});

it("has no token in a preview", async () => {
  const { result } = await runMocked(() => EcrRegistry.create("motando", args), { preview: true });
  expect(await read(result.credentials.password)).toEqual({
    value: "got when the stack is updated",
    secret: true,
  });
});

it("reports all bad arguments before it asks for a token", async () => {
  jest.mocked(ecrLogin).mockClear();
  const bad = {
    region: "virginia",
    repositories: { webapp: "x", worker: "x" },
    lifecycle: { keepLast: 0, untaggedAfterDays: 1.5 },
  };
  const { registered } = await runMocked(() =>
    expect(EcrRegistry.create("motando", bad)).rejects.toThrow(
      /^EcrRegistry "motando":\n {2}region .*\n {2}repositories.webapp .*\n.*repositories.worker .*\n.*also .*\n {2}lifecycle.keepLast 0 .*\n {2}lifecycle.untaggedAfterDays 1.5 /,
    ),
  );
  expect(ofType(registered, "EcrRepository")).toEqual([]);
  expect(ecrLogin).not.toHaveBeenCalled();
});

it("passes on in one sentence why there is no token", async () => {
  jest.mocked(ecrLogin).mockRejectedValueOnce(new EcrError("There are no AWS credentials."));
  await runMocked(() =>
    expect(EcrRegistry.create("motando", args)).rejects.toMatchObject({
      message: "There are no AWS credentials.",
      __pulumiRunError: true,
    }),
  );
});
