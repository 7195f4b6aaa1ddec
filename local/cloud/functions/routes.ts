import { operation, type Service } from "../service";
import { operationsOf2026 } from "./apiOf2026";
import {
  changeApplicationCompartment,
  createApplication,
  deleteApplication,
  getApplication,
  listApplications,
  updateApplication,
} from "./applications";
import { createFunction, deleteFunction, getFunction, listFunctions, updateFunction } from "./functions";
import { notServed } from "./notServed";

const APPLICATIONS = "/20181201/applications";
const FUNCTIONS = "/20181201/functions";

export const functionsService: Service = {
  name: "functions",
  operations: [
    operation("CreateApplication", "POST", APPLICATIONS, createApplication),
    operation("GetApplication", "GET", `${APPLICATIONS}/:applicationId`, getApplication),
    operation("ListApplications", "GET", APPLICATIONS, listApplications),
    operation("UpdateApplication", "PUT", `${APPLICATIONS}/:applicationId`, updateApplication),
    operation(
      "ChangeApplicationCompartment",
      "POST",
      `${APPLICATIONS}/:applicationId/actions/changeCompartment`,
      changeApplicationCompartment,
    ),
    operation("DeleteApplication", "DELETE", `${APPLICATIONS}/:applicationId`, deleteApplication),
    operation("CreateFunction", "POST", FUNCTIONS, createFunction),
    operation("GetFunction", "GET", `${FUNCTIONS}/:functionId`, getFunction),
    operation("ListFunctions", "GET", FUNCTIONS, listFunctions),
    operation("UpdateFunction", "PUT", `${FUNCTIONS}/:functionId`, updateFunction),
    operation("DeleteFunction", "DELETE", `${FUNCTIONS}/:functionId`, deleteFunction),
    ...operationsOf2026,
  ],
  notServed,
};
