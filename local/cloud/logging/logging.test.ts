import { models } from "oci-logging";
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
    () => cloud.logging.getWorkRequest({ workRequestId }),
    (answer) => answer.workRequest.timeFinished !== undefined,
  );
  return workRequest;
};
const requestGroup = (displayName: string) =>
  cloud.logging.createLogGroup({ createLogGroupDetails: { compartmentId, displayName } });
const makeGroup = async (displayName: string) => {
  const { resources } = await finished((await requestGroup(displayName)).opcWorkRequestId);
  return resources[0]?.identifier ?? "";
};
const requestLog = (logGroupId: string, displayName: string, retentionDuration?: number) =>
  cloud.logging.createLog({
    logGroupId,
    createLogDetails: { displayName, logType: models.CreateLogDetails.LogType.Custom, retentionDuration },
  });

test("a log group and its log live from creation to deletion", async () => {
  const work = await finished((await requestGroup("group")).opcWorkRequestId);
  expect(work).toMatchObject({ operationType: "CREATE_LOG_GROUP", status: "SUCCEEDED" });
  expect(work.resources[0]).toMatchObject({ entityType: "loggroup", actionType: "CREATED" });
  const logGroupId = work.resources[0]?.identifier ?? "";
  const { items } = await cloud.logging.listLogGroups({ compartmentId, displayName: "group" });
  expect(items.map(({ id }) => id)).toEqual([logGroupId]);
  await expect(refusal(requestGroup("group"))).resolves.toBe("409 Conflict");

  const created = await finished((await requestLog(logGroupId, "app")).opcWorkRequestId);
  const logId = created.resources[0]?.identifier ?? "";
  const { log, etag } = await cloud.logging.getLog({ logGroupId, logId });
  expect(log).toMatchObject({
    displayName: "app",
    isEnabled: true,
    retentionDuration: 30,
    lifecycleState: "ACTIVE",
  });
  await expect(refusal(requestLog(logGroupId, "app"))).resolves.toBe("409 Conflict");

  const update = { logGroupId, logId, updateLogDetails: { isEnabled: false, retentionDuration: 60 } };
  await finished((await cloud.logging.updateLog({ ...update, ifMatch: etag })).opcWorkRequestId);
  await expect(refusal(cloud.logging.updateLog({ ...update, ifMatch: etag }))).resolves.toBe(
    "412 NoEtagMatch",
  );
  const logs = await cloud.logging.listLogs({ logGroupId });
  expect(logs.items).toMatchObject([{ id: logId, retentionDuration: 60, lifecycleState: "INACTIVE" }]);

  await expect(refusal(cloud.logging.deleteLogGroup({ logGroupId }))).resolves.toBe("409 Conflict");
  await finished((await cloud.logging.deleteLog({ logGroupId, logId })).opcWorkRequestId);
  await expect(refusal(cloud.logging.getLog({ logGroupId, logId }))).resolves.toBe(
    "404 NotAuthorizedOrNotFound",
  );
  await finished((await cloud.logging.deleteLogGroup({ logGroupId })).opcWorkRequestId);
  await expect(refusal(cloud.logging.getLogGroup({ logGroupId }))).resolves.toBe(
    "404 NotAuthorizedOrNotFound",
  );
});

test("a log group moves to another compartment with its logs", async () => {
  const logGroupId = await makeGroup("moving");
  await finished((await requestLog(logGroupId, "app")).opcWorkRequestId);
  const other = await cloud.compartment("cmp-other");
  const { opcWorkRequestId } = await cloud.logging.changeLogGroupCompartment({
    logGroupId,
    changeLogGroupCompartmentDetails: { compartmentId: other },
  });
  const work = await finished(opcWorkRequestId);
  expect(work.resources[0]).toMatchObject({ actionType: "RELATED", identifier: logGroupId });
  expect((await cloud.logging.getLogGroup({ logGroupId })).logGroup.compartmentId).toBe(other);
  const { items } = await cloud.logging.listLogs({ logGroupId });
  expect(items[0]?.compartmentId).toBe(other);
});

test.each([45, 0, 210, 29.5])("%p days' retention is refused", async (days) => {
  const logGroupId = await makeGroup(`retention ${days}`);
  await expect(refusal(requestLog(logGroupId, "app", days))).resolves.toBe("400 InvalidParameter");
});

test("service logs are not served, and say so", async () => {
  const logGroupId = await makeGroup("service");
  const logType = models.CreateLogDetails.LogType.Service;
  const created = cloud.logging.createLog({ logGroupId, createLogDetails: { displayName: "s", logType } });
  await expect(refusal(created)).resolves.toBe("501 NotImplemented");
});
