import * as nosql from "@pulumi/oci/nosql";
import * as pulumi from "@pulumi/pulumi";
import { readFileSync } from "node:fs";
import { canonicalDdl, DdlError, parseCreateTable, sameTable, type TableDefinition } from "../formats/ddl";
import { describeProblems, ValidatedComponent } from "./validatedComponent";

export interface NoSqlTablesArgs {
  /** OCID of the compartment that they are made in. */
  compartmentId: pulumi.Input<string>;
  /**
   * Folder with a file `TABLE.ddl` for each table, relative to the project: one `CREATE TABLE` statement, at most 50 columns,
   * their names at most 64 characters. A file's layout does not count: the canonical text is sent. New columns go to the end; the
   * service drops a column that is left out, with its data.
   */
  ddlFolder: string;
  /** The table's name, as in its DDL → the rest of it. At least one. */
  tables: Record<string, NoSqlTable>;
  /** Throughput and storage of each table. */
  capacity: TableCapacity;
  /**
   * Table name → the statement that the service has of it. As long as that means what the table's file means, it is sent instead
   * of the canonical text, so that a table made elsewhere is not changed for its layout. Default none.
   */
  knownStatements?: Record<string, string>;
  /** Refuse to destroy or replace tables. Default true. */
  protectData?: boolean;
  /** Freeform tags. Default none. */
  freeformTags?: Record<string, string>;
}

/** What is written down about the tables, wherever they are made. */
export type TableSchemas = Pick<NoSqlTablesArgs, "ddlFolder" | "tables" | "capacity">;

export interface NoSqlTable {
  /** Name → columns of secondary indexes, at most 5, made one after another in this order. Default none. A changed index is made anew. */
  indexes?: Record<string, string[]>;
}

export interface TableCapacity {
  /** `provisioned` pays for the units below, `onDemand` for what is used (its units are not used). */
  mode: "provisioned" | "onDemand";
  /** Reads of up to 1 KB a second, eventually consistent: 1 to 40000. */
  readUnits: number;
  /** Writes of up to 1 KB a second: 1 to 20000. */
  writeUnits: number;
  /** Greatest size of a table in GB: 1 to 5000. */
  storageGBs: number;
}

const COLUMNS_LIMIT = 50;
const INDEXES_LIMIT = 5;
const NAME_LIMIT = 64;
const TABLE_NAME_LIMIT = 256;
const NOT_INDEXABLE = ["ANY", "ARRAY", "BINARY", "JSON", "MAP", "RECORD"];

/** Oracle NoSQL Database tables with their indexes. */
export class NoSqlTables extends ValidatedComponent {
  /** Table name → OCID. */
  readonly tableIds: Record<string, pulumi.Output<string>>;

  /**
   * Says what the constructor would, before the program has made anything: DDL is found wrong only when it is read.
   * @throws pulumi.RunError with all problems
   */
  static check(name: string, args: TableSchemas): void {
    const problems = allProblems(args, readStatements(args));
    if (problems.length > 0) {
      throw new pulumi.RunError(describeProblems(`NoSqlTables "${name}"`, problems));
    }
  }

  constructor(name: string, args: NoSqlTablesArgs, options?: pulumi.ComponentResourceOptions) {
    const statements = readStatements(args);
    super("NoSqlTables", name, allProblems(args, statements), options);
    const { mode, readUnits, writeUnits, storageGBs } = args.capacity;
    const provisioned = mode === "provisioned";
    this.tableIds = {};
    for (const [tableName, table] of Object.entries(args.tables)) {
      const resource = new nosql.Table(
        `${name}-${tableName}`,
        {
          compartmentId: args.compartmentId,
          name: tableName,
          ddlStatement: statementToSend(statements.get(tableName), args.knownStatements?.[tableName]),
          tableLimits: {
            capacityMode: provisioned ? "PROVISIONED" : "ON_DEMAND",
            maxReadUnits: provisioned ? readUnits : 0,
            maxWriteUnits: provisioned ? writeUnits : 0,
            maxStorageInGbs: storageGBs,
          },
          freeformTags: args.freeformTags,
        },
        { parent: this, protect: args.protectData ?? true },
      );
      // The service refuses to change a table that is being changed, so each index waits for the one before it.
      let previous: pulumi.Resource = resource;
      for (const [indexName, columns] of Object.entries(table.indexes ?? {})) {
        previous = new nosql.Index(
          `${name}-${tableName}-${indexName}`,
          {
            tableNameOrId: resource.id,
            name: indexName,
            keys: columns.map((columnName) => ({ columnName })),
          },
          { parent: this, dependsOn: previous, deleteBeforeReplace: true },
        );
      }
      this.tableIds[tableName] = resource.id;
    }
    this.registerOutputs({ tableIds: this.tableIds });
  }
}

type Statement =
  | { definition: TableDefinition; canonical: string; problem?: undefined }
  | { problem: string; canonical?: undefined };

function readStatements(args: TableSchemas): Map<string, Statement> {
  return new Map(Object.keys(args.tables).map((key) => [key, readStatement(ddlFile(args, key))]));
}

function statementToSend(statement: Statement | undefined, known: string | undefined): string {
  const canonical = statement?.canonical ?? "";
  return known !== undefined && sameTable(known, canonical) ? known : canonical;
}

function allProblems(args: TableSchemas, statements: Map<string, Statement>): string[] {
  return [...capacityProblems(args.capacity), ...tablesProblems(args, statements)];
}

function ddlFile({ ddlFolder }: TableSchemas, table: string): string {
  return `${ddlFolder}/${table}.ddl`;
}

function readStatement(file: string): Statement {
  try {
    const text = readFileSync(file, "utf8");
    return { definition: parseCreateTable(text), canonical: canonicalDdl(text) };
  } catch (error) {
    if (error instanceof DdlError) {
      return { problem: `${file}, ${error.message}` };
    }
    return {
      problem: `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"}); give the DDL's file`,
    };
  }
}

function capacityProblems({ mode, readUnits, writeUnits, storageGBs }: TableCapacity): string[] {
  const limits: [string, number, number][] = [["storageGBs", storageGBs, 5000]];
  if (mode === "provisioned") {
    limits.push(["readUnits", readUnits, 40000], ["writeUnits", writeUnits, 20000]);
  }
  return limits
    .filter(([, value, most]) => !Number.isInteger(value) || value < 1 || value > most)
    .map(([key, value, most]) => `capacity.${key} is ${value}; give a whole number from 1 to ${most}`);
}

function tablesProblems(args: TableSchemas, statements: Map<string, Statement>): string[] {
  if (statements.size === 0) {
    return ["tables is empty; name at least one"];
  }
  return Object.entries(args.tables).flatMap(([key, table]) => {
    const statement = statements.get(key);
    if (statement?.problem !== undefined) {
      return [statement.problem];
    }
    const definition = statement?.definition;
    return definition === undefined
      ? []
      : [...tableProblems(key, definition), ...indexProblems(table, definition)].map(
          (problem) => `${ddlFile(args, key)}: ${problem}`,
        );
  });
}

function tableProblems(key: string, { name, columns }: TableDefinition): string[] {
  const problems: string[] = [];
  if (name !== key) {
    problems.push(`the statement creates table ${name}, not ${key}; make the two names equal`);
  }
  if (name.length > TABLE_NAME_LIMIT) {
    problems.push(`the table's name has ${name.length} characters; the service takes ${TABLE_NAME_LIMIT}`);
  }
  if (columns.length > COLUMNS_LIMIT) {
    problems.push(`table ${name} has ${columns.length} columns; the service takes ${COLUMNS_LIMIT}`);
  }
  for (const column of columns.filter((candidate) => candidate.name.length > NAME_LIMIT)) {
    problems.push(
      `column ${column.name} has a name of ${column.name.length} characters; the service takes ${NAME_LIMIT}`,
    );
  }
  return problems;
}

function indexProblems(
  { indexes = {} }: NoSqlTable,
  { name: tableName, columns }: TableDefinition,
): string[] {
  const problems: string[] = [];
  const names = Object.keys(indexes);
  if (names.length > INDEXES_LIMIT) {
    problems.push(`table ${tableName} has ${names.length} indexes; the service takes ${INDEXES_LIMIT}`);
  }
  for (const [indexName, columnNames] of Object.entries(indexes)) {
    const index = `index ${indexName} of ${tableName}`;
    if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(indexName) || indexName.length > NAME_LIMIT) {
      problems.push(`${index} is no name: give a letter, then letters, digits or "_", at most ${NAME_LIMIT}`);
    }
    if (columnNames.length === 0) {
      problems.push(`${index} names no column; name at least one`);
    }
    for (const columnName of columnNames) {
      const column = columns.find(({ name }) => name.toLowerCase() === columnName.toLowerCase());
      if (column === undefined) {
        const known = columns.map(({ name }) => name).join(", ");
        problems.push(`${index} is on ${columnName}, which is no column; the columns are ${known}`);
      } else if (NOT_INDEXABLE.includes(column.baseType)) {
        problems.push(
          `${index} is on ${columnName}, which is ${column.type}; index a column of a scalar type`,
        );
      }
    }
  }
  return problems;
}
