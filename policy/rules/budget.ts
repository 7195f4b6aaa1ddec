import type { CheckedResource, StackRule } from "../rule";

/** What all NoSQL tables of a stack may have together. */
export interface BudgetSettings {
  readUnits: number;
  writeUnits: number;
  storageGBs: number;
  /** Whether tables may be on demand, which has no limit of units. */
  onDemand: boolean;
}

interface TableLimits {
  capacityMode?: string;
  maxReadUnits?: number;
  maxWriteUnits?: number;
  maxStorageInGbs?: number;
}

const limits = [
  { unit: "readUnits", input: "maxReadUnits", means: "read units" },
  { unit: "writeUnits", input: "maxWriteUnits", means: "write units" },
  { unit: "storageGBs", input: "maxStorageInGbs", means: "GB of storage" },
] as const;

const amount = (byDefault: number) => ({ type: "integer" as const, minimum: 0, default: byDefault });

export const budget: StackRule<BudgetSettings> = {
  name: "budget",
  description: "NoSQL tables stay within the stack's budget.",
  schema: {
    properties: {
      readUnits: amount(100),
      writeUnits: amount(50),
      storageGBs: amount(25),
      onDemand: { type: "boolean", default: false },
    },
  },
  problems(resources, settings) {
    const tables = resources.filter(({ type }) => type === "oci:Nosql/table:Table");
    const names = tables.map(({ name }) => name).sort();
    const over = limits.flatMap(({ unit, input, means }) => {
      const sum = tables.reduce((total, table) => total + (limitsOf(table)[input] ?? 0), 0);
      return sum <= settings[unit]
        ? []
        : [
            `Together the tables ${names.join(", ")} have ${sum} ${means}, and the budget is ${settings[unit]}: ${lower(tables[0], unit)}, or raise "${unit}" of "budget" in the policy pack's configuration.`,
          ];
    });
    const unlimited = settings.onDemand
      ? []
      : tables
          .filter((table) => limitsOf(table).capacityMode === "ON_DEMAND")
          .map(
            (table) =>
              `Table "${table.name}" is on demand, which no budget limits: ${notOnDemand(table)}, or set "onDemand" of "budget" to true in the policy pack's configuration.`,
          );
    return [...over, ...unlimited];
  },
};

function limitsOf({ props }: CheckedResource): TableLimits {
  return props.tableLimits ?? {};
}

function lower(table: CheckedResource | undefined, unit: string): string {
  return table === undefined ? "" : `lower each table's, ${setTo(table, unit, "NUMBER")}`;
}

/** Motando's tables are on demand by themselves; the others, where the configuration says so. */
function notOnDemand(table: CheckedResource): string {
  const { name, project, stack } = table;
  return name.startsWith("motando-")
    ? `type \`pulumi config set ${project}:motandoTables false -s ${stack}\``
    : setTo(table, "mode", "provisioned");
}

function setTo({ project, stack }: CheckedResource, key: string, value: string): string {
  return `type \`pulumi config set --path ${project}:tableCapacity.${key} ${value} -s ${stack}\``;
}
