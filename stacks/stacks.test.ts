import { configOf, findStack } from "./stacks";

const listed = [{ name: "team/dev", current: true, updateInProgress: false }, { name: "team/prod" }];
const list = () => Promise.resolve(JSON.stringify(listed));

test("a stack is found by its name, with its organization or without, and the selected one without", async () => {
  for (const [wanted, name] of [
    ["prod", "team/prod"],
    ["team/prod", "team/prod"],
    [undefined, "team/dev"],
  ]) {
    expect(await findStack(list, wanted)).toEqual({ name, stacks: listed });
  }
  await expect(findStack(list, "x")).rejects.toThrow(
    'There is no stack "x"; name one with --stack (team/dev, team/prod).',
  );
});

test("the configuration tells the project's settings, and who asks OCI", async () => {
  const answer = {
    "fotogal-motando:keepLast": { value: "3", secret: false },
    "oci:region": { value: "sa-vinhedo-1" },
    "other:keepLast": { value: "9" },
  };
  const pulumi = (args: readonly string[]) => {
    expect(args.join(" ")).toBe("config --json --show-secrets --stack dev");
    return Promise.resolve(JSON.stringify(answer));
  };
  expect(await configOf(pulumi, "dev")).toEqual({
    settings: { keepLast: "3" },
    account: { region: "sa-vinhedo-1" },
  });
});
