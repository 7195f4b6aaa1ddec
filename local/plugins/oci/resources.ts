/** Creates, reads, updates and deletes what a row describes. */
import {
  PartlyCreated,
  type CreateRequest,
  type Created,
  type DeleteRequest,
  type ReadRequest,
  type ReadResult,
  type UpdateRequest,
} from "../shared/plugin";
import { asText, type Properties } from "../shared/values";
import { changedFields } from "./diff";
import { imported, locate, outputsOf, previewOutputs, refreshed, updateBodies } from "./properties";
import type { Body, ResourceRow } from "./row";
import { ServiceError } from "./serviceError";
import type { Answer, Session } from "./session";
import { callItem, findTarget, patienceFor, readTarget, type Target } from "./target";
import { toWire } from "./shape";
import { gone, isGone, isMissing, settled, stateOf, WorkFailed, workDone } from "./wait";

/** A preview needs no session: the provider's own configuration may not be known yet. */
export async function createResource(
  row: ResourceRow,
  connect: () => Session,
  request: CreateRequest,
): Promise<Created> {
  if (request.preview) return { id: "", outputs: previewOutputs(row, request.inputs) };
  const session = connect();
  const values = { ...row.defaults?.(session), ...request.inputs };
  const patience = patienceFor(row, "create", values, request);
  const made = await make({ row, session, id: "", values, patience });
  try {
    const id = await finishWork({ row, session, id: "", values, patience }, made);
    const target = { row, session, id, values, patience };
    const final = await settled(session, patience, () => readTarget(target, { justMade: true }));
    if (stateOf(final) === "FAILED") throw new Error(`${patience.doing}: it was made but ended as FAILED`);
    return { id, outputs: outputsOf(row, { ...final, ...shownOnce(row, made.body) }, values) };
  } catch (error) {
    if (error instanceof WorkFailed || made.id === undefined) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new PartlyCreated(made.id, { ...values }, request.inputs, reason);
  }
}

export async function readResource(
  row: ResourceRow,
  session: Session,
  request: ReadRequest,
): Promise<ReadResult | undefined> {
  const { id, values } = locate(row, request);
  const patience = patienceFor(row, "read", { name: id, ...values }, request);
  const body = await findTarget({ row, session, id, values, patience });
  if (!body || isGone(body)) return undefined;
  const outputs = outputsOf(row, body, { ...request.olds, ...values });
  const inputs = request.inputs
    ? refreshed(row.inputs, request.inputs, outputs)
    : imported(row.inputs, outputs);
  return { id, inputs, outputs };
}

export async function updateResource(
  row: ResourceRow,
  connect: () => Session,
  request: UpdateRequest,
): Promise<Properties> {
  const { inputs, oldInputs, id } = request;
  const olds = withoutRemoved(row, request.olds, inputs);
  if (request.preview) return { ...olds, ...inputs };
  const session = connect();
  const values = { ...row.defaults?.(session), ...olds, ...inputs };
  const target = { row, session, id, values, patience: patienceFor(row, "update", values, request) };
  const changes = changedFields(row.inputs, oldInputs, olds, inputs).map(
    ({ path }) => path.split(/[.[]/, 1)[0] ?? path,
  );
  if (row.move && changes.includes(row.move.field))
    await move({ ...target, values: { ...inputs, ...olds } }, request);
  for (const body of updateBodies(row, inputs, changes)) {
    await done(target, await callItem(target, { method: row.updateMethod ?? "PUT", body }));
  }
  const final = await settled(session, target.patience, () => readTarget(target));
  return outputsOf(row, final, values);
}

/** The last outputs without what was given and is not any more, where the service has nothing of its own in its place. */
function withoutRemoved(row: ResourceRow, olds: Properties, inputs: Properties): Properties {
  return Object.fromEntries(
    Object.entries(olds).filter(([name]) => name in inputs || row.inputs[name]?.absent === undefined),
  );
}

export async function deleteResource(
  row: ResourceRow,
  session: Session,
  request: DeleteRequest,
): Promise<void> {
  const { id } = request;
  const values = { ...request.olds, ...request.oldInputs };
  const kept = row.keeps?.(values);
  if (kept !== undefined) {
    request.log.info(kept);
    return;
  }
  const target = { row, session, id, values, patience: patienceFor(row, "delete", values, request) };
  try {
    const query = row.itemQuery?.(values);
    await done(target, await callItem(target, { method: "DELETE", query, mayBeGone: true }));
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  await gone(session, target.patience, () => findTarget(target));
}

interface Made {
  /** Undefined until the work request has told it. */
  id: string | undefined;
  readonly body: Body | undefined;
  readonly workRequestId: string | undefined;
}

async function make(target: Target): Promise<Made> {
  const { row, session, values, patience } = target;
  const { doing, signal } = patience;
  let answer: Pick<Answer, "body" | "workRequestId">;
  try {
    const call = { service: row.service, method: "POST", doing, signal } as const;
    answer = row.create
      ? { body: await row.create(session, values, signal), workRequestId: undefined }
      : await session.call({ ...call, path: row.collection(values), body: toWire(row.inputs, values) });
  } catch (error) {
    const id = error instanceof ServiceError ? await row.adopt?.(session, values, error, signal) : undefined;
    if (id === undefined) throw error;
    const [body] = updateBodies(row, values, Object.keys(values));
    await callItem({ ...target, id }, { method: "PUT", body });
    return { id, body: undefined, workRequestId: undefined };
  }
  if (row.opensConsistencyWindow) session.openConsistencyWindow();
  const body = answer.body as Body | undefined;
  const id = row.id ? row.id(values, body ?? {}) : body?.id;
  return { id: typeof id === "string" ? id : undefined, body, workRequestId: answer.workRequestId };
}

/** Waits for the creation's work request, which may be the only one to tell the new resource's ID, and tells it early. */
async function finishWork({ row, session, patience }: Target, made: Made): Promise<string> {
  if (made.workRequestId !== undefined) {
    await workDone(session, row.service, made.workRequestId, patience, (work) => {
      const resources = (work.resources ?? []) as { entityType?: string; identifier?: string }[];
      made.id ??= resources.find(({ entityType }) => row.workEntity?.test(entityType ?? ""))?.identifier;
    });
  }
  if (made.id !== undefined) return made.id;
  throw new Error(`${patience.doing}: ${row.service.title} did not say what it made`);
}

async function done({ row, session, patience }: Target, { workRequestId }: Answer): Promise<void> {
  if (workRequestId && row.workEntity) await workDone(session, row.service, workRequestId, patience);
}

async function move(target: Target, { inputs, oldInputs, olds }: UpdateRequest): Promise<void> {
  if (!target.row.move) return;
  const { field, action, body } = target.row.move;
  const from = asText(oldInputs[field] ?? olds[field]);
  await done(
    target,
    await callItem(target, { method: "POST", action, body: body(from, asText(inputs[field])) }),
  );
}

/** What only the creation's answer holds must not be lost to the read that follows. */
function shownOnce(row: ResourceRow, body: Body | undefined): Body {
  return Object.fromEntries((row.shownOnce ?? []).map((name) => [name, body?.[name]]));
}
