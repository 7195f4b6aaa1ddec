/** What a row of the table says about a resource type or a function. The rows are in table/. */
import type { Properties } from "../shared/values";
import type { Session } from "./session";
import type { ServiceError } from "./serviceError";
import type { Fields } from "./shape";

export interface Service {
  /** As error messages say it. */
  readonly title: string;
  /** Key in CLIENT_HOST_OVERRIDES. */
  readonly client: string;
  /** Path prefix of the API's version. */
  readonly base: string;
  /** Conflicts are waited out: the service refuses a change while another one runs. */
  readonly conflictsPass?: boolean;
}

export interface ResourceRow {
  readonly type: string;
  /** As messages say it: `log group`. */
  readonly noun: string;
  readonly service: Service;
  readonly inputs: Fields;
  /** Properties that only the service sets. */
  readonly outputs: Fields;
  /** Path below the service's base to create at. */
  readonly collection: (values: Properties) => string;
  /** Path of one resource. */
  readonly item: (id: string, values: Properties) => string;
  readonly itemQuery?: (values: Properties) => Query;
  /** Where the ID comes from; the answer's `id` by default. */
  readonly id?: (values: Properties, body: Body) => string;
  /** Forms of an import's ID that say more than the ID; its named groups are properties (`id`: the ID itself). */
  readonly importId?: RegExp;
  /** The resource's part of a work request, by entity type: gives the ID where the answer has no body. */
  readonly workEntity?: RegExp;
  /** PUT by default. */
  readonly updateMethod?: "PUT" | "POST";
  /** Changed inputs go one request each, in the order of `inputs`. */
  readonly updateOneByOne?: boolean;
  /** The input whose change is an action of its own. */
  readonly move?: Move;
  /** `name` is made up from the logical name where it is not given. */
  readonly autoname?: boolean;
  readonly defaults?: (session: Session) => Properties;
  /** Instead of POST to the collection. */
  readonly create?: (session: Session, values: Properties, signal: AbortSignal) => Promise<Body>;
  /** Instead of GET of the item. */
  readonly read?: (
    session: Session,
    id: string,
    values: Properties,
    signal: AbortSignal,
  ) => Promise<Body | undefined>;
  /** A conflict at creation that means an existing resource to take over: its ID, or undefined. */
  readonly adopt?: (
    session: Session,
    values: Properties,
    error: ServiceError,
    signal: AbortSignal,
  ) => Promise<string | undefined>;
  /** Creation opens the time in which other requests may not see the resource yet. */
  readonly opensConsistencyWindow?: boolean;
  /** Why deleting leaves the resource where it is; undefined: it is deleted. */
  readonly keeps?: (values: Properties) => string | undefined;
  /** Outputs that only the creation tells. */
  readonly shownOnce?: readonly string[];
}

export interface Move {
  readonly field: string;
  readonly action: string;
  readonly body: (from: string, to: string) => Record<string, string>;
}

export interface FunctionRow {
  readonly token: string;
  readonly service: Service;
  readonly inputs: Fields;
  readonly path: (args: Properties) => string;
  /** Arguments that go into the query; all others are in the path. */
  readonly query?: Fields;
  readonly result:
    | { readonly kind: "one"; readonly fields: Fields }
    /** A list under `as`, each item with `fields`; `collection`: one object around it, with these fields of the answer. */
    | { readonly kind: "many"; readonly as: string; readonly fields: Fields; readonly collection?: Fields }
    /** A bare value under `as`. */
    | { readonly kind: "value"; readonly as: string };
}

export type Body = Record<string, unknown>;
export type Query = Record<string, string | undefined>;
