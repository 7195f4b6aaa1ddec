import { canReach, mayHaveFilled, parseStep, type Step, stepsOfLayers } from "./history";

const buildkit = (created_by: string): { created_by: string; comment: string } => ({
  created_by,
  comment: "buildkit.dockerfile.v0",
});
const copy = (destination: string): Step => ({ kind: "copy", instruction: "COPY", destination });

describe("parseStep", () => {
  test.each<[string, Step]>([
    ["/bin/sh -c #(nop) COPY dir:0a1b in /function ", copy("function")],
    ["/bin/sh -c #(nop)  ADD file:0a1b in / ", { kind: "copy", instruction: "ADD", destination: "" }],
    ["/bin/sh -c #(nop) WORKDIR /function", { kind: "workdir", directory: "function" }],
    ["/bin/sh -c chmod -R o+r /function", { kind: "run", command: "/bin/sh -c chmod -R o+r /function" }],
    ["|1 A=b /bin/sh -c pip install", { kind: "run", command: "|1 A=b /bin/sh -c pip install" }],
    ["/bin/sh -c #(nop) COPY dir:0a1b in . ", copy("work")],
    ["/bin/sh -c #(nop) COPY dir:0a1b in $HOME/x ", { kind: "unknown" }],
    ["COPY a /python # buildkit", { kind: "unknown" }],
    ["# debian.sh --arch 'amd64' out/", { kind: "unknown" }],
    ["", { kind: "unknown" }],
  ])("legacy builder: %s", (created_by, step) => expect(parseStep({ created_by }, "work")).toEqual(step));

  test.each<[string, Step]>([
    ["COPY --chown=1:1 /python /python # buildkit", copy("python")],
    ["COPY a b ./lib/ # buildkit", copy("work/lib")],
    ["COPY a ../b # buildkit", copy("b")],
    ["ADD rootfs.tar / # buildkit", { kind: "copy", instruction: "ADD", destination: "" }],
    ["WORKDIR /function", { kind: "workdir", directory: "function" }],
    ["RUN /bin/sh -c true # buildkit", { kind: "run", command: "RUN /bin/sh -c true # buildkit" }],
    ['COPY a "/my dir" # buildkit', { kind: "unknown" }],
  ])("BuildKit: %s", (text, step) => expect(parseStep(buildkit(text), "work")).toEqual(step));

  test("a relative destination without a known working directory is unknown", () => {
    expect(parseStep(buildkit("COPY a b # buildkit"), undefined)).toEqual({ kind: "unknown" });
  });
});

describe("stepsOfLayers", () => {
  const history = [
    buildkit("ADD rootfs.tar / # buildkit"),
    { ...buildkit("WORKDIR /app"), empty_layer: true },
    buildkit("COPY . . # buildkit"),
  ];

  test("leaves out steps without a layer, but knows their WORKDIR", () => {
    expect(stepsOfLayers(history, 2)).toEqual([
      { kind: "copy", instruction: "ADD", destination: "" },
      copy("app"),
    ]);
  });

  test("gives nothing when the number of layers differs, or there is no history", () => {
    expect(stepsOfLayers(history, 3)).toBeUndefined();
    expect(stepsOfLayers(undefined, 1)).toBeUndefined();
  });

  test.each([[[null]], [[{ created_by: 5 }]], ["x"], [{ length: 1 }]])(
    "gives nothing when the history is malformed: %j",
    (malformed) => expect(stepsOfLayers(malformed, 1)).toBeUndefined(),
  );

  test("does not trust a copy whose layer holds the steps before as well", () => {
    const legacy = (created_by: string, empty_layer?: true): object => ({
      created_by: `/bin/sh -c ${created_by}`,
      ...(empty_layer && { empty_layer }),
    });
    const history = [
      legacy("#(nop) COPY dir:0a in /function ", true),
      legacy("#(nop) LABEL a=b", true),
      legacy("#(nop) COPY file:0b in /elsewhere "),
      legacy("#(nop) WORKDIR /function", true),
      legacy("#(nop) COPY file:0c in /elsewhere "),
    ];
    expect(stepsOfLayers(history, 2)).toEqual([{ kind: "unknown" }, copy("elsewhere")]);
  });
});

test.each([
  ["function", "function", true],
  ["", "function", true],
  ["function/sub", "function", true],
  ["functions", "function", false],
  ["python", "function", false],
  ["lib/x", "usr/lib", true],
  ["usr/bin", "bin/x", true],
  ["run/x", "var/run", true],
  ["libs", "usr/lib", false],
])("canReach(%j, %j) is %s", (destination, wanted, expected) =>
  expect(canReach(destination, wanted)).toBe(expected),
);

test.each<[Step, boolean, boolean]>([
  [copy(""), true, false],
  [copy(""), false, true],
  [copy("function"), true, true],
  [copy("python"), false, false],
  [{ kind: "workdir", directory: "function" }, false, true],
  [{ kind: "workdir", directory: "other" }, false, false],
  [{ kind: "run", command: "mkdir -p /function" }, false, true],
  [{ kind: "run", command: "apt-get install" }, false, false],
  [{ kind: "unknown" }, false, true],
  [{ kind: "unknown" }, true, false],
])("mayHaveFilled(%j), lowest layer: %s, is %s", (step, isLowest, expected) =>
  expect(mayHaveFilled(step, "function", isLowest)).toBe(expected),
);
