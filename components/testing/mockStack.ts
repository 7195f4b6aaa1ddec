import * as pulumi from "@pulumi/pulumi";

/** A resource as the program registered it. */
export interface Registered {
  type: string;
  name: string;
  /** As sent, secrets unwrapped. */
  inputs: Record<string, unknown>;
  /** Names of the inputs that are secret. */
  secretInputs: string[];
  /** `type name` of the parent; undefined at the stack's top. */
  parent?: string;
  protect: boolean;
  additionalSecretOutputs: string[];
  /** Properties that stay as they are in what exists. */
  ignoreChanges: string[];
  /** `type name` of those it depends on, directly or through an input. */
  dependsOn: string[];
}

export interface MockStack {
  preview?: boolean;
  config?: Record<string, string>;
  secretKeys?: string[];
  /** Outputs beside the inputs, by type. */
  outputs?: Record<string, Record<string, unknown>>;
  /** Answers of functions, by the end of their token. */
  calls?: Record<string, (args: Record<string, unknown>) => Record<string, unknown>>;
}

/** Parts of the SDK that its typings leave out. */
interface RegisterRequest {
  getParent(): string;
  getProtect(): boolean;
  getAdditionalsecretoutputsList(): string[];
  getIgnorechangesList(): string[];
  getDependenciesList(): string[];
}
interface MockMonitor {
  registerResource(request: RegisterRequest, answer: unknown): Promise<void>;
}

type SecretValue = { value: unknown } & Record<string, unknown>;
const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** Runs `program` against Pulumi's mocks until all is registered. Answers what it returned and what it registered. */
export async function runMocked<T>(
  program: () => T | Promise<T>,
  { preview, config, secretKeys, outputs, calls }: MockStack = {},
): Promise<{ result: T; registered: Registered[] }> {
  const registered: Registered[] = [];
  const requests: RegisterRequest[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs }) {
        const request = requests.at(-1);
        const sent = inputs as Record<string, unknown>;
        registered.push({
          type,
          name,
          inputs: Object.fromEntries(Object.entries(sent).map(([key, value]) => [key, unwrapped(value)])),
          secretInputs: Object.keys(sent).filter((key) => isSecretValue(sent[key])),
          parent: request?.getParent() ? title(request.getParent()) : undefined,
          protect: request?.getProtect() ?? false,
          additionalSecretOutputs: request?.getAdditionalsecretoutputsList() ?? [],
          ignoreChanges: request?.getIgnorechangesList() ?? [],
          dependsOn: (request?.getDependenciesList() ?? []).map(title),
        });
        return { id: `ocid1.${name}`, state: { ...sent, ...outputs?.[type] } };
      },
      call({ token, inputs }) {
        const answer = Object.entries(calls ?? {}).find(([end]) => token.endsWith(`:${end}`))?.[1];
        if (answer === undefined) throw new Error(`unexpected call of ${token}`);
        return answer(inputs as Record<string, unknown>);
      },
    },
    "fotogal-motando",
    "test",
    preview ?? false,
  );
  const monitor = pulumi.runtime.getMonitor() as unknown as MockMonitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, answer) => {
    // The mock monitor goes on to newResource before it does anything else.
    requests.push(request);
    return register(request, answer);
  };
  pulumi.runtime.setAllConfig(config ?? {}, secretKeys ?? []);
  const result = await program();
  // Waits for what is still being registered.
  await pulumi.runtime.disconnect();
  return { result, registered };
}

/** A value's plain text and whether Pulumi keeps it secret. */
export async function read(output: unknown): Promise<{ value: unknown; secret: boolean }> {
  const known = pulumi.output(output) as pulumi.Output<unknown>;
  const value = await new Promise<unknown>((resolve) => known.apply(resolve));
  return { value, secret: await pulumi.isSecret(known) };
}

export function ofType(registered: readonly Registered[], type: string): Registered[] {
  return registered.filter((resource) => resource.type.endsWith(`:${type}`));
}

function title(urn: string): string {
  const [, , types = "", name = ""] = urn.split("::");
  return `${types.split("$").at(-1) ?? ""} ${name}`;
}

function isSecretValue(value: unknown): value is SecretValue {
  return typeof value === "object" && value !== null && SIGNATURE in value;
}

function unwrapped(value: unknown): unknown {
  return isSecretValue(value) ? value.value : value;
}
