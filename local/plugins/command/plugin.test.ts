import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { EngineLink } from "../shared/engineLink";
import { handlers } from "../shared/protocol";
import { decode, encode, Secret, unknown, type Properties } from "../shared/values";
import { commandPlugin } from "./plugin";

const urn = "urn:pulumi:dev::project::command:local:Command::greet";
const served = handlers(commandPlugin, new EngineLink(undefined));

async function create(inputs: Properties, preview = false) {
  const request = new proto.CreateRequest().setUrn(urn).setProperties(encode(inputs)).setPreview(preview);
  const response = (await served.create?.(request)) as proto.CreateResponse;
  return { id: response.getId(), outputs: decode(response.getProperties()) };
}

async function update(olds: Properties, news: Properties) {
  const request = new proto.UpdateRequest().setUrn(urn).setOlds(encode(olds)).setNews(encode(news));
  const response = (await served.update?.(request)) as proto.UpdateResponse;
  return decode(response.getProperties());
}

const printName = { create: 'echo "$NAME"; echo "$NAME" >&2' };
const open = { ...printName, environment: { NAME: "jane" } };
const closed = { ...printName, environment: { NAME: new Secret("jane") } };

test("a command that was given no secret has plain outputs", async () => {
  const { id, outputs } = await create(open);
  expect(id).toMatch(/^greet[0-9a-f]{8}$/);
  expect(outputs).toEqual({ ...open, stdout: "jane", stderr: "jane" });
});

test("one secret input makes both outputs secret, at creation and at an update", async () => {
  const secret = { ...closed, stdout: new Secret("jane"), stderr: new Secret("jane") };
  expect((await create(closed)).outputs).toEqual(secret);
  expect(await update({ ...open, stdout: "", stderr: "" }, closed)).toEqual(secret);
});

test("a preview runs nothing and keeps secret what will be", async () => {
  const failing = { create: "exit 1", stdin: new Secret("hush") };
  expect(await create(failing, true)).toEqual({
    id: "",
    outputs: { ...failing, stdout: new Secret(unknown), stderr: new Secret(unknown) },
  });
  expect((await create({ create: "exit 1" }, true)).outputs).toMatchObject({
    stdout: unknown,
    stderr: unknown,
  });
});

test("an update sees the previous output, unless told otherwise", async () => {
  const olds = { create: "true", stdout: "before", stderr: "" };
  const shown = { create: 'echo "${PULUMI_COMMAND_STDOUT-none}"' };
  expect(await update(olds, shown)).toMatchObject({ stdout: "before" });
  expect(await update(olds, { ...shown, addPreviousOutputInEnv: false })).toMatchObject({ stdout: "none" });
});
