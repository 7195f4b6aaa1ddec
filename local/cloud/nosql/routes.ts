import { operation, type Service } from "../service";
import { workRequestOperations } from "../workRequestOperations";
import { createIndex, deleteIndex, getIndex, listIndexes, removeIndex, settleIndex } from "./indexes";
import { notServed } from "./notServed";
import {
  changeTableCompartment,
  createTable,
  deleteTable,
  getTable,
  listTables,
  removeTable,
  settleTable,
  updateTable,
} from "./tables";

const PREFIX = "/20190828";
const TABLES = `${PREFIX}/tables`;
const TABLE = `${TABLES}/:tableNameOrId`;

export const nosql: Service = {
  name: "nosql",
  operations: [
    operation("CreateTable", "POST", TABLES, createTable),
    operation("GetTable", "GET", TABLE, getTable),
    operation("ListTables", "GET", TABLES, listTables),
    operation("UpdateTable", "PUT", TABLE, updateTable),
    operation("ChangeTableCompartment", "POST", `${TABLE}/actions/changeCompartment`, changeTableCompartment),
    operation("DeleteTable", "DELETE", TABLE, deleteTable),
    operation("CreateIndex", "POST", `${TABLE}/indexes`, createIndex),
    operation("GetIndex", "GET", `${TABLE}/indexes/:indexName`, getIndex),
    operation("ListIndexes", "GET", `${TABLE}/indexes`, listIndexes),
    operation("DeleteIndex", "DELETE", `${TABLE}/indexes/:indexName`, deleteIndex),
    ...workRequestOperations("nosql", PREFIX, "collection"),
  ],
  notServed,
  effects: { settleTable, removeTable, settleIndex, removeIndex },
};
