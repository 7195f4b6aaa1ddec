/** The plugin: which row serves a request, with which session. */
import { loadAccount, type Account, type AccountOverrides } from "../../../account";
import type { Plugin } from "../shared/plugin";
import { containsUnknown, type Properties } from "../shared/values";
import { checkResource } from "./check";
import { diffResource } from "./diff";
import { ConsistencyWindow } from "./consistencyWindow";
import { Endpoints, useOfficialPlugin } from "./endpoints";
import { invokeFunction } from "./functions";
import { createResource, deleteResource, readResource, updateResource } from "./resources";
import type { FunctionRow, ResourceRow } from "./row";
import { outside, Session } from "./session";
import { functionRows, resourceRows } from "./table";

const OFFICIAL_VERSION = "4.20.0";

const SETTINGS = [
  "tenancyOcid",
  "userOcid",
  "fingerprint",
  "privateKey",
  "privateKeyPath",
  "privateKeyPassword",
  "region",
  "configFileProfile",
] as const satisfies readonly (keyof AccountOverrides)[];

export function ociPlugin(
  environment: NodeJS.ProcessEnv,
  connect: (account: Account, endpoints: Endpoints) => Session = (account, endpoints) => {
    const window = new ConsistencyWindow(environment.OCI_GO_SDK_EC_CONFIG);
    return new Session(account, endpoints, outside(account), window);
  },
): Plugin {
  let session: Session | Error = new Error("the oci plugin was used before it was configured");

  const connected = (): Session => {
    if (session instanceof Error) throw session;
    return session;
  };

  return {
    name: "oci",
    version: OFFICIAL_VERSION,

    configure(config) {
      const endpoints = Endpoints.parse(environment.CLIENT_HOST_OVERRIDES);
      if (containsUnknown(config)) {
        session = new Error("the oci provider's configuration depends on something that is not known yet");
        return;
      }
      const account = loadAccount(overridesFrom(config), environment);
      session = connect(account, endpoints);
    },

    check: (request) => checkResource(resourceRow(request.type), request),
    diff: (request) => diffResource(resourceRow(request.type), request),
    create: (request) => createResource(resourceRow(request.type), connected, request),
    read: (request) => readResource(resourceRow(request.type), connected(), request),
    update: (request) => updateResource(resourceRow(request.type), connected, request),
    delete: (request) => deleteResource(resourceRow(request.type), connected(), request),
    invoke: (request) => invokeFunction(functionRow(request.token), connected(), request),
  };
}

function overridesFrom(config: Properties): AccountOverrides {
  return Object.fromEntries(
    SETTINGS.flatMap((name) => {
      const value = config[name];
      return typeof value === "string" && value !== "" ? [[name, value]] : [];
    }),
  );
}

function resourceRow(type: string): ResourceRow {
  const row = resourceRows.get(type);
  if (row) return row;
  throw new Error(`The resource type ${type} is not served here. ${useOfficialPlugin}.`);
}

function functionRow(token: string): FunctionRow {
  const row = functionRows.get(token);
  if (row) return row;
  throw new Error(`The function ${token} is not served here. ${useOfficialPlugin}.`);
}
