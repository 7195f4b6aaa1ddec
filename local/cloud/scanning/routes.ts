import { operation, type Service } from "../service";
import { workRequestOperations } from "../workRequestOperations";
import { notServed } from "./notServed";
import {
  changeRecipeCompartment,
  createRecipe,
  deleteRecipe,
  getRecipe,
  listRecipes,
  updateRecipe,
} from "./recipes";
import { activate, recipes, remove, targets } from "./state";
import {
  changeTargetCompartment,
  createTarget,
  deleteTarget,
  getTarget,
  listTargets,
  updateTarget,
} from "./targets";

const PREFIX = "/20210215";
const RECIPES = `${PREFIX}/containerScanRecipes`;
const TARGETS = `${PREFIX}/containerScanTargets`;

export const scanning: Service = {
  name: "vulnerabilityscanning",
  operations: [
    operation("CreateContainerScanRecipe", "POST", RECIPES, createRecipe),
    operation("GetContainerScanRecipe", "GET", `${RECIPES}/:containerScanRecipeId`, getRecipe),
    operation("ListContainerScanRecipes", "GET", RECIPES, listRecipes),
    operation("UpdateContainerScanRecipe", "PUT", `${RECIPES}/:containerScanRecipeId`, updateRecipe),
    operation(
      "ChangeContainerScanRecipeCompartment",
      "POST",
      `${RECIPES}/:containerScanRecipeId/actions/changeCompartment`,
      changeRecipeCompartment,
    ),
    operation("DeleteContainerScanRecipe", "DELETE", `${RECIPES}/:containerScanRecipeId`, deleteRecipe),
    operation("CreateContainerScanTarget", "POST", TARGETS, createTarget),
    operation("GetContainerScanTarget", "GET", `${TARGETS}/:containerScanTargetId`, getTarget),
    operation("ListContainerScanTargets", "GET", TARGETS, listTargets),
    operation("UpdateContainerScanTarget", "PUT", `${TARGETS}/:containerScanTargetId`, updateTarget),
    operation(
      "ChangeContainerScanTargetCompartment",
      "POST",
      `${TARGETS}/:containerScanTargetId/actions/changeCompartment`,
      changeTargetCompartment,
    ),
    operation("DeleteContainerScanTarget", "DELETE", `${TARGETS}/:containerScanTargetId`, deleteTarget),
    ...workRequestOperations("vulnerabilityscanning", PREFIX, "collection"),
  ],
  notServed,
  effects: {
    activateRecipe: activate(recipes),
    removeRecipe: remove(recipes),
    activateTarget: activate(targets),
    removeTarget: remove(targets),
  },
};
