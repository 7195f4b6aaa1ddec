import { understand } from "./changes";
import { type EngineEvent, readEvents } from "./events";

const SECRET = {
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  ciphertext: "[secret]",
};
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

interface GivenStep {
  op: string;
  /** `PARENT$TYPE::NAME` */
  what: string;
  old?: object;
  new?: object;
  [detail: string]: unknown;
}

/** An event as the engine writes it. */
function step({ op, what, old, new: wanted, ...more }: GivenStep): EngineEvent {
  const type = what.split("::")[0]?.split("$").pop();
  const state = (inputs?: object) =>
    inputs && { custom: true, inputs, outputs: {}, ...(more.state as object) };
  const urn = `urn:pulumi:dev::fotogal-motando::${what}`;
  const metadata = { op, urn, type, old: state(old), new: state(wanted), detailedDiff: null, ...more };
  return readEvents(
    JSON.stringify({ sequence: 1, resourcePreEvent: { metadata, planning: true } }),
  )[0] as EngineEvent;
}

const tableType = "fotogal-motando:components:NoSqlTables$oci:Nosql/table:Table";
const bucketType = "fotogal-motando:components:ImageBucket$oci:ObjectStorage/bucket:Bucket";

test("a replacement is one change, whose reason is known", () => {
  const bucket = { what: `${bucketType}::images`, old: { name: "a" }, new: { name: "b" } };
  const detail = { keys: ["name"], detailedDiff: { name: { diffKind: "update-replace" } } };
  const { changes } = understand([
    step({ op: "create-replacement", ...bucket, ...detail }),
    step({ op: "replace", ...bucket, ...detail }),
    step({ op: "delete-replaced", what: bucket.what, old: bucket.old }),
  ]);
  expect(changes).toEqual([
    {
      action: "replace",
      kind: "bucket",
      name: "a",
      holdsData: true,
      isStep: false,
      protected: false,
      retained: false,
      properties: [{ path: "name", before: "a", after: "b", forcesReplacement: true }],
    },
  ]);
});

test("a type that is not known is told in words alone", () => {
  const { changes } = understand([
    step({ op: "create", what: "aws:s3/bucket:BucketPublicAccessBlock::a", new: {} }),
    step({ op: "create", what: "evil:index:**Big**|<img>@admin::b", new: {} }),
  ]);
  expect(changes.map(({ kind }) => kind.trim()).sort()).toEqual([
    "big img admin",
    "bucket public access block",
  ]);
});

test("what loses data comes first, then what is replaced, changed and new", () => {
  const one = (op: string, name: string, what = bucketType) =>
    step({
      op,
      what: `${what}::${name}`,
      ...(op === "create" ? {} : { old: { name } }),
      ...(op === "delete" ? {} : { new: { name } }),
    });
  const policy = "oci:Identity/policy:Policy";
  const { changes } = understand([
    one("create", "z"),
    one("update", "b"),
    one("delete", "p", policy),
    one("replace", "r"),
    one("same", "s"),
    one("delete", "t", tableType),
  ]);
  expect(changes.map(({ action, kind, name }) => `${action} ${kind} ${name}`)).toEqual([
    "delete NoSQL table t",
    "delete access policy p",
    "replace bucket r",
    "update bucket b",
    "create bucket z",
  ]);
});

test("groups, providers and the stack itself are no changes", () => {
  const component = step({
    op: "create",
    what: "fotogal-motando:components:ImageBucket::x",
    new: {},
    state: { custom: false },
  });
  const provider = step({ op: "create", what: "pulumi:providers:oci::default", new: {} });
  expect(understand([component, provider]).changes).toEqual([]);
});

test("values: secrets and what is not known yet in words, nested ones by their path", () => {
  const { changes } = understand([
    step({
      op: "update",
      what: "docker:index/image:Image::fotogal",
      old: { registry: { password: SECRET }, build: { args: { "a.b": "1" } }, list: [1, 2] },
      new: { registry: { password: SECRET }, build: { args: { "a.b": UNKNOWN } }, list: [1] },
      detailedDiff: {
        "registry.password": { diffKind: "update" },
        'build.args["a.b"]': { diffKind: "update" },
        "list[1]": { diffKind: "delete" },
        __defaults: { diffKind: "update" },
      },
    }),
    step({
      op: "create",
      what: "x:y:NewThing::made",
      new: { token: SECRET, nested: [{ secret: SECRET }], id: UNKNOWN },
    }),
  ]);
  const [image, made] = changes;
  expect(image?.properties).toEqual([
    { path: 'build.args["a.b"]', before: "1", after: "(known after the update)", forcesReplacement: false },
    { path: "list[1]", before: "2", forcesReplacement: false },
    { path: "registry.password", before: "[secret]", after: "[secret]", forcesReplacement: false },
  ]);
  expect(made).toMatchObject({ kind: "new thing", name: "made" });
  expect(made?.properties.map(({ path, after }) => [path, after])).toEqual([
    ["id", "(known after the update)"],
    ["nested", '[{"secret":"[secret]"}]'],
    ["token", "[secret]"],
  ]);
});

test("without a detailed difference the top-level properties are told", () => {
  const table = {
    what: `${tableType}::fotogal-t`,
    old: { name: "t", ddl: "a" },
    new: { name: "t", ddl: "b" },
  };
  const { changes } = understand([step({ op: "update", ...table, diffs: ["ddl"], keys: [] })]);
  expect(changes[0]?.properties).toEqual([
    { path: "ddl", before: "a", after: "b", forcesReplacement: false },
  ]);
});

test("an index is called with its table, a command by what it makes", () => {
  const evidence = "fotogal-motando:components:ImageEvidence$command:local:Command";
  const { changes } = understand([
    step({ op: "same", what: `${tableType}::fotogal-users`, old: { name: "users" }, new: { name: "users" } }),
    step({ op: "create", what: "C$oci:Nosql/index:Index::fotogal-users-by_name", new: { name: "by_name" } }),
    step({ op: "create", what: `${evidence}::fotogal-sbom`, new: {} }),
    step({ op: "create", what: `${evidence}::fotogal-signature`, new: {} }),
    step({ op: "create", what: "F:FunctionSource$command:local:Command::deployed", new: {} }),
  ]);
  expect(changes.map(({ kind, name, isStep }) => `${kind} ${name}${isStep ? " (step)" : ""}`)).toEqual([
    "bill of materials of image fotogal (step)",
    "signature of image fotogal (step)",
    "source of a deployed function deployed (step)",
    "table index users.by_name",
  ]);
});

test("images: version and digest before, version after, whether the source changed", () => {
  const image = (version: string, CONTENT?: string) => ({
    imageName: `gru.ocir.io/ns/fotogal:${version}`,
    build: { args: { CONTENT, VERSION: version } },
  });
  const what = "docker:index/image:Image::fotogal";
  const digest = `sha256:${"a".repeat(64)}`;
  const old = {
    custom: true,
    inputs: image("1.0.0", "x"),
    outputs: { repoDigest: `gru.ocir.io/ns/fotogal@${digest}` },
  };
  const images = (...steps: GivenStep[]) => understand(steps.map(step)).images;
  const bump = step({ op: "update", what, new: image("1.1.0", "y") });
  if (bump.resourcePreEvent) bump.resourcePreEvent.metadata.old = old;
  expect(understand([bump]).images).toEqual([
    {
      name: "fotogal",
      before: { version: "1.0.0", digest },
      after: { version: "1.1.0" },
      sourceChanged: true,
    },
  ]);
  expect(images({ op: "create", what, new: image("1.0.0", "x") })).toEqual([
    { name: "fotogal", after: { version: "1.0.0" } },
  ]);
  expect(images({ op: "delete", what, old: image("1.0.0") })).toEqual([
    { name: "fotogal", before: { version: "1.0.0" } },
  ]);
  expect(images({ op: "create", what, new: { imageName: UNKNOWN } })).toEqual([
    { name: "fotogal", after: { version: "(known after the update)" } },
  ]);
});

test("policy findings, the mandatory ones first, with the resource's name in the cloud", () => {
  const finding = (policyName: string, enforcementLevel: string, resourceUrn?: string) => ({
    policyEvent: {
      policyName,
      enforcementLevel,
      message: "<{%fg 1%}>Wrong.<{%reset%}>\n",
      ...(resourceUrn && { resourceUrn }),
    },
  });
  const urn = `urn:pulumi:dev::fotogal-motando::${bucketType}::images`;
  const { findings } = understand([
    finding("b", "advisory", urn),
    finding("a", "mandatory", "urn:pulumi:dev::fotogal-motando::pulumi:pulumi:Stack::fotogal-motando-dev"),
    step({ op: "same", what: `${bucketType}::images`, old: { name: "pictures" }, new: { name: "pictures" } }),
  ]);
  expect(findings).toEqual([
    { rule: "a", message: "Wrong.", mandatory: true },
    {
      rule: "b",
      message: "Wrong.",
      mandatory: false,
      resource: expect.objectContaining({ kind: "bucket", name: "pictures" }) as unknown,
    },
  ]);
});

test("errors and warnings once each, without the machinery's notes", () => {
  const said = (severity: string, message: string) => ({ diagnosticEvent: { severity, message } });
  const { errors, warnings } = understand([
    said("warning", "using pulumi-resource-oci from $PATH at /x\n"),
    said("warning", "Not checked.\n"),
    said("warning", "Not checked.\n"),
    said("debug", "Registering\n"),
    said("error", "It is wrong.\n"),
    said("error", "preview failed\n"),
  ]);
  expect({ errors, warnings }).toEqual({ errors: ["It is wrong."], warnings: ["Not checked."] });
});
