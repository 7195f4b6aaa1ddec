import { invalidParameter } from "./errors";
import { queryText } from "./inputs";
import type { Call } from "./service";
import type { Resource } from "./store";

interface PageOptions<Document> {
  /** The values of `sortBy` and what each compares. */
  sort: Record<string, (resource: Resource<Document>) => string>;
  /** The default of `sortBy`. */
  by: string;
  order?: "ASC" | "DESC";
  defaultLimit?: number;
}

interface Page<Document> {
  resources: Resource<Document>[];
  headers: Record<string, string>;
}

const MAXIMUM_LIMIT = 1000;

/** One page of a list. A page token names the last item given, so changes between pages repeat and skip nothing. */
export function page<Document>(
  call: Call,
  resources: Resource<Document>[],
  options: PageOptions<Document>,
): Page<Document> {
  const key = options.sort[choice(call, "sortBy", Object.keys(options.sort)) ?? options.by];
  const sign = (choice(call, "sortOrder", ["ASC", "DESC"]) ?? options.order ?? "ASC") === "ASC" ? 1 : -1;
  const limit = limitOf(call) ?? options.defaultLimit ?? 100;
  const entries = resources
    .map((resource) => ({ resource, place: [key?.(resource) ?? "", resource.id] as const }))
    .sort((a, b) => sign * comparePlaces(a.place, b.place));
  const after = tokenPlace(queryText(call, "page"));
  const rest = after ? entries.filter(({ place }) => sign * comparePlaces(place, after) > 0) : entries;
  const shown = rest.slice(0, limit);
  const last = shown.at(-1);
  return {
    resources: shown.map(({ resource }) => resource),
    headers:
      rest.length > limit && last
        ? { "opc-next-page": Buffer.from(JSON.stringify(last.place)).toString("base64url") }
        : {},
  };
}

type PlaceInOrder = readonly [key: string, id: string];

function comparePlaces(a: PlaceInOrder, b: PlaceInOrder): number {
  const [first, second] = a[0] === b[0] ? [a[1], b[1]] : [a[0], b[0]];
  return first < second ? -1 : first > second ? 1 : 0;
}

function tokenPlace(token: string | undefined): PlaceInOrder | undefined {
  if (token === undefined || token === "") {
    return undefined;
  }
  try {
    const place: unknown = JSON.parse(Buffer.from(token, "base64url").toString());
    if (Array.isArray(place) && place.length === 2 && place.every((part) => typeof part === "string")) {
      return [place[0] as string, place[1] as string];
    }
  } catch {
    // Falls through to the one answer for a token that is not ours.
  }
  throw invalidParameter("The page token is invalid.");
}

function limitOf(call: Call): number | undefined {
  const text = queryText(call, "limit");
  if (text === undefined) {
    return undefined;
  }
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAXIMUM_LIMIT) {
    throw invalidParameter(`limit must be an integer from 1 to ${MAXIMUM_LIMIT}.`);
  }
  return limit;
}

function choice(call: Call, name: string, values: string[]): string | undefined {
  const text = queryText(call, name);
  if (text === undefined) {
    return undefined;
  }
  const found = values.find((value) => value.toUpperCase() === text.toUpperCase());
  if (found === undefined) {
    throw invalidParameter(`${name} must be one of ${values.join(", ")}.`);
  }
  return found;
}
