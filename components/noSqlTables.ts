import * as nosql from "@pulumi/oci/nosql";
import * as pulumi from "@pulumi/pulumi";
import { sameTable, type TableDefinition } from "../formats/ddl";
import { tableChangeProblems } from "../formats/ddlChange";
import { type LiveTable, liveTable, whereKnown } from "../liveTable";
import { ddlFile, readStatements, schemaProblems, type Statement } from "./tableSchemas";
import { describeProblems, ValidatedComponent } from "./validatedComponent";

export interface NoSqlTablesArgs {
  /** OCID of the compartment that they are made in. */
  compartmentId: pulumi.Input<string>;
  /**
   * Folder with a file `TABLE.ddl` for each table, relative to the project: one `CREATE TABLE` statement, at most 50 columns,
   * their names at most 64 characters. A file's layout does not count: the canonical text is sent. New columns go to the end.
   */
  ddlFolder: string;
  /** The table's name, as in its DDL → the rest of it. At least one. */
  tables: Record<string, NoSqlTable>;
  /**
   * Table → columns whose loss is meant, with their data: otherwise a DDL that leaves out a column of the live table is refused. Default none.
   */
  dropColumns?: Readonly<Record<string, readonly string[]>>;
  /** Throughput and storage of each table. */
  capacity: TableCapacity;
  /** Refuse to destroy or replace tables. Default true. */
  protectData?: boolean;
  /** Freeform tags. Default none. */
  freeformTags?: Record<string, string>;
}

/** What is written down about the tables, wherever they are made. */
export type TableSchemas = Pick<NoSqlTablesArgs, "ddlFolder" | "tables" | "capacity" | "dropColumns">;

/** What a table has beside its DDL. */
export interface NoSqlTable {
  /** Name → columns of secondary indexes, at most 5, made one after another in this order. Default none. A changed index is made anew. */
  indexes?: Record<string, string[]>;
}

/** What a table may be used for, and how it is paid. */
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

/** Oracle NoSQL Database tables with their indexes. */
export class NoSqlTables extends ValidatedComponent {
  /** Table name → OCID. */
  readonly tableIds: Record<string, pulumi.Output<string>>;

  /**
   * Says what the constructor would, before the program has made anything: DDL is found wrong only when it is read.
   * @throws pulumi.RunError with all problems
   */
  static check(name: string, args: TableSchemas): void {
    const problems = schemaProblems(args, readStatements(args));
    if (problems.length > 0) {
      throw new pulumi.RunError(describeProblems(`NoSqlTables "${name}"`, problems));
    }
  }

  constructor(name: string, args: NoSqlTablesArgs, options?: pulumi.ComponentResourceOptions) {
    const statements = readStatements(args);
    super("NoSqlTables", name, schemaProblems(args, statements), options);
    const { mode, readUnits, writeUnits, storageGBs } = args.capacity;
    const provisioned = mode === "provisioned";
    this.tableIds = {};
    for (const [tableName, table] of Object.entries(args.tables)) {
      const resource = new nosql.Table(
        `${name}-${tableName}`,
        {
          compartmentId: args.compartmentId,
          name: tableName,
          ddlStatement: this.statement(tableName, statements.get(tableName), args, options),
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

  /** The DDL to send, once it is known that no data of the live table would be lost; in a preview too. */
  private statement(
    table: string,
    statement: Statement | undefined,
    args: NoSqlTablesArgs,
    options: pulumi.ComponentResourceOptions | undefined,
  ): pulumi.Output<string> {
    if (statement === undefined || statement.problem !== undefined) return pulumi.output("");
    const inCompartment = async (compartmentId: string) => {
      const place = { parent: this, provider: options?.provider };
      const live = await liveTable(table, compartmentId, place).catch((error: unknown) => {
        throw this.failure([`table ${table} cannot be looked at: ${(error as Error).message}`]);
      });
      const problems =
        live === undefined ? [] : changeProblems(live, statement.definition, args.dropColumns?.[table]);
      if (problems.length > 0)
        throw this.failure(problems.map((problem) => `${ddlFile(args, table)}: ${problem}`));
      // The service's own text of the same table is no change.
      return live !== undefined && sameTable(live.ddlStatement, statement.canonical)
        ? live.ddlStatement
        : statement.canonical;
    };
    // A compartment that is still to be made has no tables.
    return whereKnown(args.compartmentId, inCompartment, statement.canonical);
  }
}

function changeProblems(live: LiveTable, wanted: TableDefinition, dropColumns?: readonly string[]): string[] {
  return live.definition === undefined ? [] : tableChangeProblems(live.definition, wanted, dropColumns);
}
