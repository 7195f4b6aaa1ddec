/**
 * What changes between two deployments. Only inputs that are set count: what the service chose for an unset one is its
 * own, and removing an optional input leaves the resource as it is (the official plugin's "optional and computed"), unless
 * its absence says something.
 */
import { differences } from "../shared/compare";
import { isObject, same, Unknown, type Properties, type Value } from "../shared/values";
import type { DiffRequest, DiffResult } from "../shared/plugin";
import { nameWasMadeUp } from "./check";
import type { ResourceRow } from "./row";
import type { Field, Fields } from "./shape";

type Change = DiffResult["changes"][number];

export function diffResource(
  row: ResourceRow,
  { oldInputs, olds, news }: Pick<DiffRequest, "oldInputs" | "olds" | "news">,
): DiffResult {
  const changes = changedFields(row.inputs, oldInputs, olds, news);
  // A name that the program chose is taken until the old resource is gone.
  const keepsName = row.autoname === true && !nameWasMadeUp(news) && same(oldInputs.name, news.name);
  return { changes, deleteBeforeReplace: keepsName && changes.some(({ replace }) => replace) };
}

export function changedFields(
  fields: Fields,
  oldInputs: Properties,
  olds: Properties,
  news: Properties,
  path = "",
): Change[] {
  return Object.entries(fields).flatMap(([name, field]) =>
    changed(field, oldInputs[name], olds[name], news[name], path ? `${path}.${name}` : name),
  );
}

function changed(
  field: Field,
  before: Value | undefined,
  readBack: Value | undefined,
  after: Value | undefined,
  path: string,
): Change[] {
  const replace = field.replaces ?? false;
  if (after === undefined || after === null) {
    const was = before ?? readBack ?? field.absent;
    return same(was, field.absent) || field.absent === undefined ? [] : [{ path, kind: "delete", replace }];
  }
  if (equal(field, before, after)) return [];
  // An input that says what the service has anyway changes nothing.
  if (equal(field, readBack, after)) return [];
  const { shape } = field;
  if (shape.kind === "object" && isObject(after) && isObject(before ?? readBack ?? null)) {
    return changedFields(shape.fields, asObject(before), asObject(readBack), after, path);
  }
  if (before === undefined && readBack === undefined) return [{ path, kind: "add", replace }];
  return differences(before ?? readBack, after, path).map((difference) => ({ ...difference, replace }));
}

function equal(field: Field, before: Value | undefined, after: Value): boolean {
  if (same(before, after)) return true;
  if (before === undefined || before === null || before instanceof Unknown || after instanceof Unknown)
    return false;
  return field.same?.(before, after) ?? false;
}

const asObject = (value: Value | undefined): Properties => (isObject(value) ? value : {});
