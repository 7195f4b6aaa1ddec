import { imagesOf, readStacks } from "./states";

const listed = [
  { name: "dev", current: false, updateInProgress: false },
  { name: "prod", current: true, updateInProgress: false },
];

/** A Pulumi CLI of which each command answers, or fails, as the test says. */
function pulumi(answers: Record<string, unknown>) {
  return (args: readonly string[]): Promise<string> => {
    const answer = answers[args.join(" ")];
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(JSON.stringify(answer));
  };
}

const exported = {
  "stack export --show-secrets --stack dev": { of: "dev" },
  "stack export --show-secrets --stack prod": { of: "prod" },
};

test("every stack is read; without a name it is about the selected one", async () => {
  const { name, states } = await readStacks(pulumi({ "stack ls --json": listed, ...exported }), undefined);
  expect(name).toBe("prod");
  expect(states).toEqual([
    { name: "dev", text: '{"of":"dev"}' },
    { name: "prod", text: '{"of":"prod"}' },
  ]);
});

test.each<[string, Record<string, unknown>, string | undefined, RegExp]>([
  [
    "one is being updated",
    { "stack ls --json": [...listed, { name: "test", updateInProgress: true }], ...exported },
    "prod",
    /^Nothing is deleted: stack test is being updated/,
  ],
  [
    "some cannot be read",
    {
      "stack ls --json": listed,
      "stack export --show-secrets --stack dev": new Error("wrong passphrase"),
      "stack export --show-secrets --stack prod": new Error("no access"),
    },
    "prod",
    /^Nothing is deleted: .*:\n {2}dev: wrong passphrase\n {2}prod: no access$/,
  ],
  ["there is none", { "stack ls --json": [] }, undefined, /^No stack is selected.*none of this project/],
  ["there is no such stack", { "stack ls --json": listed }, "x", /^There is no stack "x".*\(dev, prod\)\.$/],
])("where %s, that is an error", async (_, answers, wanted, message) => {
  await expect(readStacks(pulumi(answers), wanted)).rejects.toThrow(message);
});

test("the outputs are those of the stack's own resource; without them it is not up", () => {
  const outputs = {
    namespace: "ns",
    compartments: { c: "ocid" },
    repositories: { app: "h/ns/app" },
    more: 1,
  };
  const stack = { type: "pulumi:pulumi:Stack", outputs };
  const text = (resources: object[]) => JSON.stringify({ deployment: { resources } });
  const repository = {
    type: "oci:Artifacts/containerRepository:ContainerRepository",
    outputs: { compartmentId: "root" },
  };
  expect(
    imagesOf({
      name: "dev",
      text: text([{ type: "oci:a:B" }, repository, { ...repository, outputs: {} }, stack]),
    }),
  ).toEqual({
    namespace: "ns",
    compartments: { c: "ocid" },
    repositories: { app: "h/ns/app" },
    repositoryCompartments: ["root"],
  });
  for (const not of [text([]), text([{ ...stack, outputs: {} }]), '{"deployment":{}}']) {
    expect(() => imagesOf({ name: "dev", text: not })).toThrow(/^Stack dev has no outputs .*bring it up/);
  }
});
