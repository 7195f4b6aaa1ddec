import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { ecrLogin } from "./login";
import { lifecyclePolicy } from "./lifecyclePolicy";
import {
  createRepository,
  deleteRepository,
  diffRepository,
  type EcrRepositoryInputs,
  updateRepository,
} from "./repository";

const wanted: EcrRepositoryInputs = {
  region: "sa-east-1",
  repositoryName: "fotogal",
  immutableTags: true,
  scanOnPush: true,
  lifecyclePolicy: lifecyclePolicy({ keepLast: 5 }),
  tags: { team: "a", stage: "dev" },
  forceDelete: false,
};
const address = { arn: "arn:repository/fotogal", uri: "1.dkr.ecr.sa-east-1.amazonaws.com/fotogal" };

/** What ECR answers to an operation: a body, or the name of an exception. */
type Answers = Record<string, object | string>;

let server: Server;
let answers: Answers;
let requests: [string, Record<string, unknown>][];

beforeAll(async () => {
  server = createServer((request, response) => {
    void text(request).then((body) => {
      const operation = String(request.headers["x-amz-target"]).split(".").at(-1) ?? "";
      requests.push([operation, JSON.parse(body) as Record<string, unknown>]);
      const answer = answers[operation] ?? {};
      const refused = typeof answer === "string";
      response.writeHead(refused ? 400 : 200, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(refused ? { __type: answer, message: "said so" } : answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_ECR: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  });
});

beforeEach(() => {
  requests = [];
  answers = {
    CreateRepository: { repository: { repositoryArn: address.arn, repositoryUri: address.uri } },
  };
});

afterAll(() => server.close());

it("makes a repository as it should be", async () => {
  expect(await createRepository(wanted)).toEqual({ id: "fotogal", outs: { ...wanted, ...address } });
  expect(requests).toEqual([
    [
      "CreateRepository",
      {
        repositoryName: "fotogal",
        imageTagMutability: "IMMUTABLE",
        imageScanningConfiguration: { scanOnPush: true },
        tags: [
          { Key: "team", Value: "a" },
          { Key: "stage", Value: "dev" },
        ],
      },
    ],
    ["PutLifecyclePolicy", { repositoryName: "fotogal", lifecyclePolicyText: wanted.lifecyclePolicy }],
  ]);
});

it("takes no repository over that others made", async () => {
  answers.CreateRepository = "RepositoryAlreadyExistsException";
  await expect(createRepository(wanted)).rejects.toThrow(
    'ECR repository "fotogal" in region sa-east-1 exists already: give it another name, or delete the one that is there.',
  );
});

it("leaves a repository whose policy is refused in Pulumi's hands, to be completed", async () => {
  answers.PutLifecyclePolicy = "InvalidParameterException";
  const failure = await createRepository(wanted).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    id: "fotogal",
    properties: { ...wanted, ...address, lifecyclePolicy: "" },
    reasons: ["its lifecycle policy was refused: said so"],
  });
  const { properties } = failure as { properties: Parameters<typeof updateRepository>[0] };
  expect(diffRepository(properties, wanted)).toEqual({ changes: true, replaces: [] });
  answers = {};
  await updateRepository(properties, wanted);
  expect(requests.at(-1)?.[0]).toBe("PutLifecyclePolicy");
});

it("sends only what differs, and takes away what is no longer wanted", async () => {
  const changed = { ...wanted, lifecyclePolicy: "", tags: { stage: "dev" } };
  await updateRepository({ ...wanted, ...address }, changed);
  expect(requests).toEqual([
    ["DeleteLifecyclePolicy", { repositoryName: "fotogal" }],
    ["UntagResource", { resourceArn: address.arn, tagKeys: ["team"] }],
    ["TagResource", { resourceArn: address.arn, tags: [{ Key: "stage", Value: "dev" }] }],
  ]);
});

it("compares policies by what they say, and tags in any order", () => {
  const spaced = JSON.stringify(JSON.parse(wanted.lifecyclePolicy), null, 2);
  const same = { ...wanted, lifecyclePolicy: spaced, tags: { stage: "dev", team: "a" } };
  expect(diffRepository(wanted, same)).toEqual({ changes: false, replaces: [] });
  const elsewhere = { ...wanted, region: "us-east-1" };
  expect(diffRepository(wanted, elsewhere)).toEqual({ changes: true, replaces: ["region"] });
});

it.each([false, true])("deletes with images only by forceDelete (%s)", async (forceDelete) => {
  await deleteRepository({ ...wanted, ...address, forceDelete });
  expect(requests).toEqual([["DeleteRepository", { repositoryName: "fotogal", force: forceDelete }]]);
});

it("takes one that is gone for deleted, and says what to do about one with images", async () => {
  answers.DeleteRepository = "RepositoryNotFoundException";
  await deleteRepository({ ...wanted, ...address });
  answers.DeleteRepository = "RepositoryNotEmptyException";
  await expect(deleteRepository({ ...wanted, ...address })).rejects.toThrow("has images: delete them first");
});

it("reads the login out of the token", async () => {
  const authorizationToken = Buffer.from("AWS:a:b").toString("base64");
  const proxyEndpoint = "https://1.dkr.ecr.sa-east-1.amazonaws.com";
  answers.GetAuthorizationToken = { authorizationData: [{ authorizationToken, proxyEndpoint }] };
  expect(await ecrLogin("sa-east-1")).toEqual({
    host: "1.dkr.ecr.sa-east-1.amazonaws.com",
    username: "AWS",
    password: "a:b",
  });
});

it.each([
  ["ExpiredTokenException", "AWS takes the credentials no more (said so): log in again"],
  ["AccessDeniedException", "ECR in region sa-east-1 refused: said so"],
])("says in one sentence what %s means", async (exception, sentence) => {
  answers.GetAuthorizationToken = exception;
  await expect(ecrLogin("sa-east-1")).rejects.toThrow(sentence);
});
