import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import Database from "libsql";

/** A kind of resource and, for the compiler, the shape of its documents. */
export interface Kind<Document> {
  readonly name: string;
  /** Never set: it carries the type. */
  readonly document?: Document;
}

export function defineKind<Document>(name: string): Kind<Document> {
  return { name };
}

/** Where a resource lies. `parentId` is for resources inside another one, such as a log in its log group. */
export interface Place {
  id: string;
  compartmentId: string;
  parentId?: string;
  name: string;
}

export interface Resource<Document> extends Required<Place> {
  etag: string;
  document: Document;
}

interface Row {
  id: string;
  compartment: string;
  parent: string;
  name: string;
  etag: string;
  json: string;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS resource (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL, id TEXT NOT NULL, compartment TEXT NOT NULL, parent TEXT NOT NULL, name TEXT NOT NULL,
    etag TEXT NOT NULL, json TEXT NOT NULL,
    UNIQUE (kind, id));
  CREATE INDEX IF NOT EXISTS resource_compartment ON resource (compartment, kind);
  CREATE INDEX IF NOT EXISTS resource_parent ON resource (parent, kind);
  CREATE TABLE IF NOT EXISTS setting (key TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
`;

/** The cloud's state: documents in one SQLite file, in write-ahead mode so that a killed process loses nothing. */
export class Store {
  private readonly database: Database.Database;
  private readonly statements;

  constructor(readonly file: string) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    this.database = new Database(file);
    this.database.pragma("journal_mode = WAL");
    this.database.pragma("synchronous = NORMAL");
    this.database.exec(SCHEMA);
    const prepare = (sql: string) => this.database.prepare(sql);
    this.statements = {
      insert: prepare(
        "INSERT INTO resource (kind, id, compartment, parent, name, etag, json) VALUES (?, ?, ?, ?, ?, ?, ?)",
      ),
      get: prepare("SELECT * FROM resource WHERE kind = ? AND id = ?"),
      all: prepare("SELECT * FROM resource WHERE kind = ? ORDER BY sequence"),
      inCompartment: prepare("SELECT * FROM resource WHERE kind = ? AND compartment = ? ORDER BY sequence"),
      inParent: prepare("SELECT * FROM resource WHERE kind = ? AND parent = ? ORDER BY sequence"),
      update: prepare(
        "UPDATE resource SET compartment = ?, name = ?, etag = ?, json = ? WHERE kind = ? AND id = ?",
      ),
      remove: prepare("DELETE FROM resource WHERE kind = ? AND id = ?"),
      kindsInCompartment: prepare(
        "SELECT kind, COUNT(*) AS count FROM resource WHERE compartment = ? GROUP BY kind ORDER BY kind",
      ),
      getSetting: prepare("SELECT json FROM setting WHERE key = ?"),
      setSetting: prepare(
        "INSERT INTO setting (key, json) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET json = excluded.json",
      ),
    };
  }

  insert<Document>(kind: Kind<Document>, place: Place, document: Document): Resource<Document> {
    const resource = { parentId: "", ...place, etag: randomUUID(), document };
    const { id, compartmentId, parentId, name, etag } = resource;
    const json = JSON.stringify(document);
    this.statements.insert.run(kind.name, id, compartmentId, parentId, name, etag, json);
    return resource;
  }

  get<Document>(kind: Kind<Document>, id: string): Resource<Document> | undefined {
    const row = this.statements.get.get(kind.name, id) as Row | undefined;
    return row && toResource<Document>(row);
  }

  /** The resources of a kind, oldest first; every given criterion must hold. */
  find<Document>(
    kind: Kind<Document>,
    by: { compartmentId?: string; parentId?: string; name?: string } = {},
  ): Resource<Document>[] {
    const rows =
      by.parentId !== undefined
        ? this.statements.inParent.all(kind.name, by.parentId)
        : by.compartmentId !== undefined
          ? this.statements.inCompartment.all(kind.name, by.compartmentId)
          : this.statements.all.all(kind.name);
    return (rows as Row[])
      .filter((row) => by.compartmentId === undefined || row.compartment === by.compartmentId)
      .filter((row) => by.name === undefined || row.name === by.name)
      .map((row) => toResource<Document>(row));
  }

  /** Replaces the document (and the name or compartment when given) under a new etag. */
  update<Document>(
    kind: Kind<Document>,
    resource: Resource<Document>,
    document: Document,
    place: { name?: string; compartmentId?: string } = {},
  ): Resource<Document> {
    const updated = { ...resource, ...place, etag: randomUUID(), document };
    const { compartmentId, name, etag, id } = updated;
    this.statements.update.run(compartmentId, name, etag, JSON.stringify(document), kind.name, id);
    return updated;
  }

  remove(kind: Kind<unknown>, id: string): void {
    this.statements.remove.run(kind.name, id);
  }

  /** How many resources of each kind a compartment holds. */
  countByKind(compartmentId: string): Map<string, number> {
    const rows = this.statements.kindsInCompartment.all(compartmentId) as { kind: string; count: number }[];
    return new Map(rows.map(({ kind, count }) => [kind, count]));
  }

  setting(key: string): unknown {
    const row = this.statements.getSetting.get(key) as { json: string } | undefined;
    return row && (JSON.parse(row.json) as unknown);
  }

  setSetting(key: string, value: unknown): void {
    this.statements.setSetting.run(key, JSON.stringify(value));
  }

  /** All or nothing. The action must not wait for anything: SQLite's transaction belongs to the connection. */
  transaction<Result>(action: () => Result): Result {
    if (this.database.inTransaction) {
      return action();
    }
    return this.database.transaction(action)();
  }

  /** Removes every resource except the named kinds; settings stay. */
  clear(except: readonly Kind<unknown>[]): void {
    const keep = except.map(({ name }) => name);
    const marks = keep.map(() => "?").join(", ");
    this.database.prepare(`DELETE FROM resource WHERE kind NOT IN (${marks})`).run(...keep);
  }

  close(): void {
    this.database.close();
  }
}

function toResource<Document>(row: Row): Resource<Document> {
  return {
    id: row.id,
    compartmentId: row.compartment,
    parentId: row.parent,
    name: row.name,
    etag: row.etag,
    document: JSON.parse(row.json) as Document,
  };
}
