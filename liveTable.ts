import * as nosql from "@pulumi/oci/nosql";
import * as pulumi from "@pulumi/pulumi";
import { DdlError, parseCreateTable, type TableDefinition } from "./formats/ddl";
import { refusal } from "./lookup";

/** A table as it is now. */
export interface LiveTable {
  /** The service's own text. */
  ddlStatement: string;
  /** Undefined where the text is none that we can read. */
  definition: TableDefinition | undefined;
}

/**
 * Looks a table up by its name in a compartment.
 * @returns undefined where there is none, or none that the account may see
 * @throws pulumi.RunError where the service does not answer
 */
export async function liveTable(
  tableNameOrId: string,
  compartmentId: string,
  options: pulumi.InvokeOptions,
): Promise<LiveTable | undefined> {
  try {
    const { ddlStatement } = await nosql.getTable({ tableNameOrId, compartmentId }, options);
    // One that is still being made has none yet.
    if (ddlStatement === "") return undefined;
    return { ddlStatement, definition: readDdl(ddlStatement) };
  } catch (error) {
    // The service answers the same for what is not there and for what may not be seen.
    if (/\b404\b|NotFound/.test((error as Error).message)) return undefined;
    throw refusal(error);
  }
}

function readDdl(text: string): TableDefinition | undefined {
  try {
    return parseCreateTable(text);
  } catch (error) {
    if (!(error instanceof DdlError)) throw error;
    void pulumi.log.warn(
      `What would be lost by a changed DDL is not checked for "${text.slice(0, 60)}…": ${error.message}`,
    );
    return undefined;
  }
}

/** What `look` answers for a value; in a preview, `otherwise` for one that only an update will tell. */
export function whereKnown(
  value: pulumi.Input<string>,
  look: (value: string) => Promise<string>,
  otherwise: string,
): pulumi.Output<string> {
  const output = pulumi.output(value);
  // Outputs have it, but not in their public type.
  const { isKnown } = output as unknown as { isKnown: Promise<boolean> };
  return pulumi.output(isKnown).apply((known) => (known ? output.apply(look) : pulumi.output(otherwise)));
}
