/** What a provider plugin implements. Values arrive and leave as in values.ts; serve.ts speaks the engine's protocol. */
import type { Properties } from "./values";

export interface ResourceRequest {
  readonly urn: string;
  /** Type token, such as `oci:Logging/log:Log`. */
  readonly type: string;
  /** The resource's logical name: the last part of the URN. */
  readonly name: string;
  /** Aborted when the engine cancels (Ctrl-C): stop waiting, leave things as they are. */
  readonly signal: AbortSignal;
  /** Shows a line under the resource; an ephemeral one only while it is being worked on. */
  readonly log: Log;
}

export interface Log {
  status(message: string): void;
  info(message: string): void;
  warn(message: string): void;
}

export interface CheckRequest extends ResourceRequest {
  /** Inputs of the last deployment; undefined for a new resource. */
  readonly olds: Properties | undefined;
  readonly news: Properties;
  /** The name the engine proposes for an automatically named resource; undefined: the plugin's own rule. */
  readonly autoname: { mode: "propose" | "enforce" | "disable"; name: string } | undefined;
  readonly randomSeed: Uint8Array;
}

export interface Failure {
  /** Path of the input, such as `tableLimits.maxReadUnits`; "" for the whole. */
  property: string;
  reason: string;
}

export interface CheckResult {
  inputs: Properties;
  failures: Failure[];
}

export interface DiffRequest extends ResourceRequest {
  readonly id: string;
  readonly oldInputs: Properties;
  /** Outputs in the state. */
  readonly olds: Properties;
  readonly news: Properties;
  /** Property paths from the `ignoreChanges` option: already applied to `news` by the engine. */
  readonly ignoreChanges: string[];
}

export type ChangeKind = "add" | "delete" | "update";

export interface DiffResult {
  /** Changed input paths (`tableLimits.maxReadUnits`, `keys[0].columnName`); empty: no change. */
  changes: { path: string; kind: ChangeKind; replace: boolean }[];
  deleteBeforeReplace?: boolean;
}

export interface CreateRequest extends ResourceRequest {
  readonly inputs: Properties;
  /** Whether an input is secret, at any depth: what is made of it must not come out in plain text. */
  readonly secretInputs: boolean;
  /** True: touch nothing and answer with `unknown` for what only the real thing can tell. */
  readonly preview: boolean;
  readonly timeoutSeconds: number | undefined;
}

export interface Created {
  /** "" in a preview. */
  id: string;
  outputs: Properties;
}

export interface ReadRequest extends ResourceRequest {
  readonly id: string;
  /** Undefined for an import, which knows the ID alone. */
  readonly inputs: Properties | undefined;
  readonly olds: Properties | undefined;
}

export interface ReadResult {
  id: string;
  inputs: Properties;
  outputs: Properties;
}

export interface UpdateRequest extends CreateRequest {
  readonly id: string;
  readonly oldInputs: Properties;
  readonly olds: Properties;
}

export interface DeleteRequest extends ResourceRequest {
  readonly id: string;
  readonly oldInputs: Properties;
  readonly olds: Properties;
  readonly timeoutSeconds: number | undefined;
}

export interface InvokeRequest {
  readonly token: string;
  readonly args: Properties;
  readonly preview: boolean;
  readonly signal: AbortSignal;
}

export interface Plugin {
  readonly name: string;
  /** The version of the official plugin whose schema is followed. */
  readonly version: string;
  /** Checks the provider's own configuration; by default everything is accepted. */
  checkConfig?(news: Properties): Failure[] | Promise<Failure[]>;
  /** Names of provider settings whose change means another provider (everything is replaced). */
  readonly replaceOnConfig?: string[];
  configure(config: Properties): void | Promise<void>;
  check(request: CheckRequest): CheckResult | Promise<CheckResult>;
  diff(request: DiffRequest): DiffResult | Promise<DiffResult>;
  create(request: CreateRequest): Promise<Created>;
  /** Undefined: the resource is gone. */
  read(request: ReadRequest): Promise<ReadResult | undefined>;
  update(request: UpdateRequest): Promise<Properties>;
  delete(request: DeleteRequest): Promise<void>;
  invoke(request: InvokeRequest): Promise<Properties>;
}

/** The resource exists but a later step failed: the engine records it, and the next run updates it instead of making another. */
export class PartlyCreated extends Error {
  constructor(
    readonly id: string,
    readonly outputs: Properties,
    readonly inputs: Properties,
    reason: string,
  ) {
    super(reason);
  }
}

/** Bad arguments of a function, reported by property. */
export class BadArguments extends Error {
  constructor(readonly failures: Failure[]) {
    super(failures.map(({ property, reason }) => `${property}: ${reason}`).join("; "));
  }
}
