import { operation, type Service } from "../service";
import { workRequestOperations } from "../workRequestOperations";
import {
  activateLogGroup,
  changeLogGroupCompartment,
  createLogGroup,
  deleteLogGroup,
  getLogGroup,
  listLogGroups,
  removeLogGroup,
  updateLogGroup,
} from "./logGroups";
import { activateLog, createLog, deleteLog, getLog, listLogs, removeLog, updateLog } from "./logs";
import { notServed } from "./notServed";

const PREFIX = "/20200531";
const GROUPS = `${PREFIX}/logGroups`;
const GROUP = `${GROUPS}/:logGroupId`;

export const logging: Service = {
  name: "logging",
  operations: [
    operation("CreateLogGroup", "POST", GROUPS, createLogGroup),
    operation("GetLogGroup", "GET", GROUP, getLogGroup),
    operation("ListLogGroups", "GET", GROUPS, listLogGroups),
    operation("UpdateLogGroup", "PUT", GROUP, updateLogGroup),
    operation(
      "ChangeLogGroupCompartment",
      "POST",
      `${GROUP}/actions/changeCompartment`,
      changeLogGroupCompartment,
    ),
    operation("DeleteLogGroup", "DELETE", GROUP, deleteLogGroup),
    operation("CreateLog", "POST", `${GROUP}/logs`, createLog),
    operation("GetLog", "GET", `${GROUP}/logs/:logId`, getLog),
    operation("ListLogs", "GET", `${GROUP}/logs`, listLogs),
    operation("UpdateLog", "PUT", `${GROUP}/logs/:logId`, updateLog),
    operation("DeleteLog", "DELETE", `${GROUP}/logs/:logId`, deleteLog),
    ...workRequestOperations("logging", PREFIX, "array"),
  ],
  notServed,
  effects: { activateLogGroup, removeLogGroup, activateLog, removeLog },
};
