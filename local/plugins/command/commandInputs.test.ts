import { unknown, type Properties } from "../shared/values";
import { checkCommand, diffCommand } from "./commandInputs";

const inputs = {
  create: "true",
  environment: { A: "1", B: unknown },
  interpreter: ["/bin/bash", "-c"],
  logging: "none",
  triggers: [1, { any: "thing" }, null],
  addPreviousOutputInEnv: false,
};

describe("checkCommand", () => {
  it("accepts what the official plugin accepts, and drops what is not set", () => {
    expect(checkCommand({ ...inputs, dir: null })).toEqual({ inputs, failures: [] });
  });

  it.each<[string, Properties, string]>([
    ["colour", { colour: 1 }, "is no input of local.Command"],
    ["create", { create: 1 }, "is not a text"],
    ["environment", { environment: { A: 1 } }, "is not an object of names and texts"],
    ["interpreter", { interpreter: "bash" }, "is not a list of texts"],
    ["logging", { logging: "all" }, 'is "all": use stdout, stderr, stdoutAndStderr, none'],
    ["assetPaths", { assetPaths: ["*"] }, "pulumi plugin install resource command 1.2.1"],
  ])("refuses %s in %j", (property, news, reason) => {
    const { failures } = checkCommand(news);
    expect(failures).toEqual([{ property, reason: expect.stringContaining(reason) as string }]);
  });
});

describe("diffCommand", () => {
  const changes = (news: Properties) => diffCommand(inputs, news).changes;

  it.each([
    ["another value", [2, { any: "thing" }, null]],
    ["one more", [...inputs.triggers, "more"]],
    ["something deep inside", [1, { any: "other" }, null]],
  ])("replaces for a trigger: %s", (_, triggers) => {
    const replacing = changes({ ...inputs, triggers }).filter(({ replace }) => replace);
    expect(replacing).toHaveLength(1);
    expect(replacing[0]?.path).toMatch(/^triggers\[/);
  });

  it("replaces when the first trigger comes and when the last one goes", () => {
    const { triggers, ...rest } = inputs;
    expect(diffCommand({}, { triggers }).changes).toEqual([{ path: "triggers", kind: "add", replace: true }]);
    expect(changes({ ...rest, environment: {} })).toContainEqual({
      path: "triggers",
      kind: "delete",
      replace: true,
    });
  });

  it("updates for everything else, and sees no change in equal inputs", () => {
    const known = { ...inputs, environment: { A: "1" } };
    expect(diffCommand(known, { ...known }).changes).toEqual([]);
    expect(diffCommand(known, { ...known, create: "false", environment: { A: "2" } }).changes).toEqual([
      { path: "create", kind: "update", replace: false },
      { path: "environment.A", kind: "update", replace: false },
    ]);
  });
});
