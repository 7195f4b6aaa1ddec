import { models } from "oci-vulnerabilityscanning";
import { refusal, TestCloud, until } from "../testCloud";

let cloud: TestCloud;
let compartmentId: string;
beforeAll(async () => {
  cloud = await TestCloud.start();
  compartmentId = await cloud.compartment();
});
afterAll(() => cloud.close());

const finished = async (workRequestId: string) => {
  const { workRequest } = await until(
    () => cloud.scanning.getWorkRequest({ workRequestId }),
    (answer) => answer.workRequest.timeFinished !== undefined,
  );
  return workRequest;
};

test("a recipe and a target live from creation to deletion", async () => {
  const scanSettings = { scanLevel: models.ContainerScanSettings.ScanLevel.Standard };
  const recipe = await cloud.scanning.createContainerScanRecipe({
    createContainerScanRecipeDetails: { compartmentId, displayName: "recipe", scanSettings },
  });
  const containerScanRecipeId = recipe.containerScanRecipe.id;
  const work = await finished(recipe.opcWorkRequestId);
  expect(work.resources[0]).toMatchObject({ entityType: "containerScanRecipe", actionType: "CREATED" });

  const target = await cloud.scanning.createContainerScanTarget({
    createContainerScanTargetDetails: {
      compartmentId,
      displayName: "target",
      containerScanRecipeId,
      targetRegistry: { type: "OCIR", compartmentId, repositories: ["motando-webapp"] },
    },
  });
  const containerScanTargetId = target.containerScanTarget.id;
  await finished(target.opcWorkRequestId);
  const { items } = (await cloud.scanning.listContainerScanTargets({ compartmentId }))
    .containerScanTargetSummaryCollection;
  expect(items).toMatchObject([{ id: containerScanTargetId, lifecycleState: "ACTIVE" }]);

  await expect(refusal(cloud.scanning.deleteContainerScanRecipe({ containerScanRecipeId }))).resolves.toBe(
    "409 Conflict",
  );
  const renamed = await cloud.scanning.updateContainerScanTarget({
    containerScanTargetId,
    updateContainerScanTargetDetails: { displayName: "renamed" },
  });
  await finished(renamed.opcWorkRequestId);
  const shown = (await cloud.scanning.getContainerScanTarget({ containerScanTargetId })).containerScanTarget;
  expect(shown).toMatchObject({
    displayName: "renamed",
    targetRegistry: { type: "OCIR", compartmentId, repositories: ["motando-webapp"] },
  });
  await finished(
    (await cloud.scanning.deleteContainerScanTarget({ containerScanTargetId })).opcWorkRequestId,
  );
  await finished(
    (await cloud.scanning.deleteContainerScanRecipe({ containerScanRecipeId })).opcWorkRequestId,
  );
  await expect(refusal(cloud.scanning.getContainerScanRecipe({ containerScanRecipeId }))).resolves.toBe(
    "404 NotAuthorizedOrNotFound",
  );
});
