/** One handler a method of the protocol: opens the message, calls the plugin, closes the answer. Secrets are carried over here. */
import type { Message } from "google-protobuf";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { PluginAttach, PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { nameOfUrn, typeOfUrn } from "../../../stacks/urn";
import type { EngineLink } from "./engineLink";
import {
  BadArguments,
  PartlyCreated,
  type DiffResult,
  type Failure,
  type Plugin,
  type ResourceRequest,
} from "./plugin";
import { containsSecret, decode, encode, hideLike, reveal, same, type Properties } from "./values";

export type Handlers = Partial<Record<string, (request: Message) => Promise<Message | undefined>>>;

interface About {
  getUrn(): string;
  getType(): string;
  getName(): string;
}

export function handlers(plugin: Plugin, engine: EngineLink): Handlers {
  const cancelled = new AbortController();

  const about = (request: About): ResourceRequest => ({
    urn: request.getUrn(),
    type: request.getType() || typeOfUrn(request.getUrn()),
    name: request.getName() || nameOfUrn(request.getUrn()),
    signal: cancelled.signal,
    log: engine.logFor(request.getUrn()),
  });

  const served = {
    handshake(request: proto.ProviderHandshakeRequest) {
      engine.attach(request.getEngineAddress());
      const response = new proto.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      response.setSupportsAutonamingConfiguration(true);
      return response;
    },

    attach(request: PluginAttach) {
      engine.attach(request.getAddress());
    },

    getPluginInfo() {
      return new PluginInfo().setVersion(plugin.version);
    },

    getSchema() {
      const schema = { name: plugin.name, version: plugin.version, resources: {}, functions: {} };
      return new proto.GetSchemaResponse().setSchema(JSON.stringify(schema));
    },

    async checkConfig(request: proto.CheckRequest) {
      const news = decode(request.getNews());
      const failures = (await plugin.checkConfig?.(reveal(news))) ?? [];
      return new proto.CheckResponse().setInputs(encode(news)).setFailuresList(failures.map(checkFailure));
    },

    diffConfig(request: proto.DiffRequest) {
      const olds = decode(request.getOldInputs() ?? request.getOlds());
      const news = decode(request.getNews());
      const names = [...new Set([...Object.keys(olds), ...Object.keys(news)])];
      const changed = names.filter((name) => !same(olds[name], news[name]));
      return diffResponse({
        changes: changed.map((path) => ({
          path,
          kind: "update",
          replace: plugin.replaceOnConfig?.includes(path) ?? false,
        })),
      });
    },

    async configure(request: proto.ConfigureRequest) {
      await plugin.configure(reveal(decode(request.getArgs())));
      const response = new proto.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      response.setSupportsAutonamingConfiguration(true);
      return response;
    },

    async check(request: proto.CheckRequest) {
      const news = decode(request.getNews());
      const naming = request.getAutonaming();
      const { inputs, failures } = await plugin.check({
        ...about(request),
        olds: request.hasOlds() ? reveal(decode(request.getOlds())) : undefined,
        news: reveal(news),
        autoname: naming && { mode: namingModes[naming.getMode()], name: naming.getProposedName() },
        randomSeed: request.getRandomseed_asU8(),
      });
      return new proto.CheckResponse()
        .setInputs(encode(hideLike(inputs, news) as Properties))
        .setFailuresList(failures.map(checkFailure));
    },

    async diff(request: proto.DiffRequest) {
      const olds = reveal(decode(request.getOlds()));
      return diffResponse(
        await plugin.diff({
          ...about(request),
          id: request.getId(),
          oldInputs: request.hasOldInputs() ? reveal(decode(request.getOldInputs())) : olds,
          olds,
          news: reveal(decode(request.getNews())),
          ignoreChanges: request.getIgnorechangesList(),
        }),
      );
    },

    async create(request: proto.CreateRequest) {
      const inputs = decode(request.getProperties());
      const created = await withSecrets(inputs, () =>
        plugin.create({
          ...about(request),
          inputs: reveal(inputs),
          secretInputs: containsSecret(inputs),
          preview: request.getPreview(),
          timeoutSeconds: request.getTimeout() || undefined,
        }),
      );
      const outputs = hideLike(created.outputs, inputs) as Properties;
      return new proto.CreateResponse().setId(created.id).setProperties(encode(outputs));
    },

    async read(request: proto.ReadRequest) {
      const inputs = request.hasInputs() ? decode(request.getInputs()) : undefined;
      const olds = request.hasProperties() ? decode(request.getProperties()) : undefined;
      const result = await plugin.read({
        ...about(request),
        id: request.getId(),
        inputs: emptyAsUndefined(inputs),
        olds: emptyAsUndefined(olds),
      });
      const response = new proto.ReadResponse();
      if (!result) return response;
      return response
        .setId(result.id)
        .setInputs(encode(hideLike(result.inputs, inputs) as Properties))
        .setProperties(encode(hideLike(result.outputs, olds) as Properties));
    },

    async update(request: proto.UpdateRequest) {
      const inputs = decode(request.getNews());
      const olds = decode(request.getOlds());
      const outputs = await withSecrets(inputs, () =>
        plugin.update({
          ...about(request),
          id: request.getId(),
          oldInputs: request.hasOldInputs() ? reveal(decode(request.getOldInputs())) : reveal(olds),
          olds: reveal(olds),
          inputs: reveal(inputs),
          secretInputs: containsSecret(inputs),
          preview: request.getPreview(),
          timeoutSeconds: request.getTimeout() || undefined,
        }),
      );
      return new proto.UpdateResponse().setProperties(encode(hideLike(outputs, inputs) as Properties));
    },

    async delete(request: proto.DeleteRequest) {
      const olds = reveal(decode(request.getProperties()));
      await plugin.delete({
        ...about(request),
        id: request.getId(),
        olds,
        oldInputs: request.hasOldInputs() ? reveal(decode(request.getOldInputs())) : olds,
        timeoutSeconds: request.getTimeout() || undefined,
      });
    },

    async invoke(request: proto.InvokeRequest) {
      const response = new proto.InvokeResponse();
      try {
        const result = await plugin.invoke({
          token: request.getTok(),
          args: reveal(decode(request.getArgs())),
          preview: request.getPreview(),
          signal: cancelled.signal,
        });
        return response.setReturn(encode(result));
      } catch (error) {
        if (!(error instanceof BadArguments)) throw error;
        return response.setFailuresList(error.failures.map(checkFailure));
      }
    },

    cancel() {
      cancelled.abort(new Error("cancelled by the engine"));
    },
  };
  return Object.fromEntries(
    Object.entries(served).map(([name, handler]) => [
      name,
      async (request: Message) =>
        (await (handler as (request: Message) => unknown)(request)) as Message | undefined,
    ]),
  );
}

const namingModes = {
  [proto.CheckRequest.AutonamingOptions.Mode.PROPOSE]: "propose",
  [proto.CheckRequest.AutonamingOptions.Mode.ENFORCE]: "enforce",
  [proto.CheckRequest.AutonamingOptions.Mode.DISABLE]: "disable",
} as const;

function emptyAsUndefined(properties: Properties | undefined): Properties | undefined {
  return properties && Object.keys(properties).length > 0 ? reveal(properties) : undefined;
}

/** A half-made resource goes into the state too, so its secrets are marked as well. */
async function withSecrets<T>(inputs: Properties, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PartlyCreated)) throw error;
    const outputs = hideLike(error.outputs, inputs) as Properties;
    throw new PartlyCreated(error.id, outputs, hideLike(error.inputs, inputs) as Properties, error.message);
  }
}

function checkFailure({ property, reason }: Failure): proto.CheckFailure {
  return new proto.CheckFailure().setProperty(property).setReason(reason);
}

function diffResponse({ changes, deleteBeforeReplace }: DiffResult): proto.DiffResponse {
  const response = new proto.DiffResponse();
  const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
  response.setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE);
  response.setHasdetaileddiff(changes.length > 0);
  response.setDiffsList(topLevel(changes));
  response.setReplacesList(topLevel(changes.filter(({ replace }) => replace)));
  response.setDeletebeforereplace(deleteBeforeReplace ?? false);
  const { Kind } = proto.PropertyDiff;
  const kinds = {
    add: [Kind.ADD, Kind.ADD_REPLACE],
    delete: [Kind.DELETE, Kind.DELETE_REPLACE],
    update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
  } as const;
  for (const { path, kind, replace } of changes) {
    const detail = new proto.PropertyDiff().setKind(kinds[kind][replace ? 1 : 0]).setInputdiff(true);
    response.getDetaileddiffMap().set(path, detail);
  }
  return response;
}

/** Whole properties by name, which is what the engine's display shows in one line. */
function topLevel(changes: DiffResult["changes"]): string[] {
  return [...new Set(changes.map(({ path }) => path.split(/[.[]/, 1)[0] ?? path))];
}
