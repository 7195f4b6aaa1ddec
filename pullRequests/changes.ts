import { nameOfUrn, typeOfUrn } from "../stacks/urn";
import type { EngineEvent, Step } from "./events";
import { oneLine } from "./markdown";
import { type PropertyChange, propertyChanges } from "./properties";
import { IMAGE_TYPE, isRealResource, type NamedResource, nameResource, TABLE_TYPE } from "./resourceNames";

export type Action = "create" | "update" | "replace" | "delete" | "adopt";

export interface Change extends NamedResource {
  action: Action;
  /** Pulumi refuses to delete or replace it. */
  protected: boolean;
  /** It would stay in the cloud, only no longer be managed. */
  retained: boolean;
  properties: PropertyChange[];
}

export interface ImageChange {
  name: string;
  /** Undefined: a new image. */
  before?: { version: string; digest?: string };
  /** Undefined: it is not published any more. */
  after?: { version: string };
  /** Undefined where that cannot be told. */
  sourceChanged?: boolean;
}

/** What a rule of the policy pack says. */
export interface Finding {
  rule: string;
  message: string;
  /** Undefined: about the stack as a whole. */
  resource?: NamedResource;
  /** It stops the update. */
  mandatory: boolean;
}

export interface PreviewResult {
  /** Sorted: what is deleted, replaced, updated, created; then by kind and name. */
  changes: Change[];
  images: ImageChange[];
  findings: Finding[];
  /** Why the preview failed, unless a policy was the reason. */
  errors: string[];
  warnings: string[];
}

const actions: Partial<Record<string, Action>> = {
  create: "create",
  update: "update",
  // The steps create-replacement and delete-replaced belong to it.
  replace: "replace",
  delete: "delete",
  import: "adopt",
  "import-replacement": "replace",
};

const order: Action[] = ["delete", "replace", "update", "create", "adopt"];

/** Machinery's own notes, which say nothing of the change. */
const noise = [/^using pulumi-\S+ from \$PATH at /, /^preview failed$/, /^update failed$/];

/** What the engine's events of a preview mean. */
export function understand(events: readonly EngineEvent[]): PreviewResult {
  const steps = events.flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? []);
  const tables = new Map(
    steps
      .filter(({ type }) => type === TABLE_TYPE)
      .map((step) => [nameOfUrn(step.urn), nameResource(step).name]),
  );
  const real = steps.filter(isRealResource);
  const planned = new Map(
    real.filter(({ op }) => actions[op] !== undefined).map((step) => [step.urn, step] as const),
  );
  const changes = [...planned.values()].map((step) => changeOf(step, tables));
  const named = new Map(real.map((step) => [step.urn, nameResource(step, tables)]));
  return {
    changes: changes.sort(byImportance),
    images: [...planned.values()]
      .flatMap((step) => imageChange(step) ?? [])
      .sort((one, other) => compare(one.name, other.name)),
    findings: findingsOf(events, named),
    errors: messages(events, "error"),
    warnings: messages(events, "warning"),
  };
}

function changeOf(step: Step, tables: ReadonlyMap<string, string>): Change {
  const { old } = step;
  return {
    ...nameResource(step, tables),
    action: actions[step.op] ?? "update",
    protected: old?.protect === true,
    retained: old?.retainOnDelete === true,
    properties: propertyChanges(step),
  };
}

/** Deletes or replaces what holds data, and does not leave it in the cloud. */
export function losesData({ action, holdsData, retained }: Change): boolean {
  return holdsData && !retained && (action === "delete" || action === "replace");
}

function byImportance(one: Change, other: Change): number {
  return (
    order.indexOf(one.action) - order.indexOf(other.action) ||
    Number(other.holdsData) - Number(one.holdsData) ||
    compare(one.kind, other.kind) ||
    compare(one.name, other.name)
  );
}

function imageChange(step: Step): ImageChange | undefined {
  const { type, old, new: wanted } = step;
  const { kind, name } = nameResource(step);
  if (type !== IMAGE_TYPE || kind !== "image") return undefined;
  const before = versionOf(old?.inputs?.imageName);
  const after = step.op === "delete" ? undefined : versionOf(wanted?.inputs?.imageName);
  const digest = /@(sha256:[0-9a-f]{64})$/.exec(textOf(old?.outputs?.repoDigest))?.[1];
  const [was, willBe] = [contentOf(old?.inputs), contentOf(wanted?.inputs)];
  return {
    name,
    ...(before !== undefined && { before: { version: before, ...(digest !== undefined && { digest }) } }),
    ...(after !== undefined && { after: { version: after } }),
    ...(was !== undefined && willBe !== undefined && { sourceChanged: was !== willBe }),
  };
}

/** `host/namespace/repository:version` → version */
function versionOf(imageName: unknown): string | undefined {
  const text = textOf(imageName);
  return text === "" ? undefined : (/:([^:/]+)$/.exec(text)?.[1] ?? "(known after the update)");
}

/** Hash of all that the image is built from. */
function contentOf(inputs: Record<string, unknown> | null | undefined): string | undefined {
  const build = inputs?.build as { args?: { CONTENT?: unknown } } | undefined;
  const content = textOf(build?.args?.CONTENT);
  return content === "" ? undefined : content;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function findingsOf(events: readonly EngineEvent[], named: ReadonlyMap<string, NamedResource>): Finding[] {
  const found = events.flatMap(({ policyEvent }): Finding[] => {
    if (policyEvent === undefined) return [];
    const { policyName, message, resourceUrn, enforcementLevel } = policyEvent;
    const resource = resourceUrn === undefined ? undefined : (named.get(resourceUrn) ?? byUrn(resourceUrn));
    return [
      {
        rule: policyName,
        message: withoutColours(message),
        ...(resource !== undefined && { resource }),
        mandatory: enforcementLevel === "mandatory",
      },
    ];
  });
  return found.sort(
    (one, other) =>
      Number(other.mandatory) - Number(one.mandatory) ||
      compare(one.rule, other.rule) ||
      compare(one.resource?.name ?? "", other.resource?.name ?? "") ||
      compare(one.message, other.message),
  );
}

/** Of a resource that the events do not show; undefined for the stack itself. */
function byUrn(urn: string): NamedResource | undefined {
  const type = typeOfUrn(urn);
  return type.startsWith("pulumi:") ? undefined : nameResource({ urn, type });
}

/** Each message once, in the order in which they came. */
function messages(events: readonly EngineEvent[], severity: string): string[] {
  const found = events.flatMap(({ diagnosticEvent }) =>
    diagnosticEvent?.severity === severity ? withoutColours(diagnosticEvent.message) : [],
  );
  return [...new Set(found)].filter(
    (text) => text !== "" && !noise.some((known) => known.test(oneLine(text))),
  );
}

/** The engine marks colours as `<{%fg 1%}>`. */
function withoutColours(text: string): string {
  return text.replace(/<\{%.*?%\}>/g, "").trim();
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
