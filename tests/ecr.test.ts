import {
  BatchDeleteImageCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
  GetLifecyclePolicyCommand,
  ListTagsForResourceCommand,
  PutImageCommand,
  PutImageTagMutabilityCommand,
  RepositoryNotFoundException,
} from "@aws-sdk/client-ecr";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ensurePlugins, standInFolder } from "../local/toolchain/plugins";
import { ensurePulumiCli } from "../local/toolchain/pulumiCli";
import { run } from "../local/toolchain/run";
import { removeImages } from "./engineImages";
import { motoAccount, motoPassword, newRewritingFront, startMoto } from "./motoServer";
import { hasPython } from "./pythonTools";
import { serve, startRegistry, stopRegistries } from "./registries";
import { type Image, succeeded } from "./stackInWorld";
import { type CommandResult, World } from "./world";

jest.setTimeout(10 * 60_000);

if (!hasPython) console.warn("Skipped: moto, which stands for ECR's API, needs python3 with venv.");

const region = "us-east-1";
const name = "repository_test1";
const secretKey = "an-aws-secret-key-of-a-test";
const args = { region, repositories: { app: name }, protectData: false, tags: { project: "fotogal" } };
/** bcrypt of moto's password. */
const htpasswd = "AWS:$2b$04$sopvtuAw/YWA6Fi549BHdu1OOueGRU/CyZ2rKhgt65t7oUe17xzTq\n";

/**
 * ECR is two things. Its API (repositories, tokens, what is known of images) is moto here, which holds no layers. Its registry is a
 * real one (distribution) that takes moto's token as its password. Between the stack and moto a front puts the real registry's
 * address for the account's, so that one stack goes through both. Each test says which of them proves it.
 */
(hasPython ? describe : describe.skip)("publishing to Amazon ECR", () => {
  let world: World;
  let moto: { url: string; stop: () => Promise<void> };
  let ecr: ECRClient;
  let environment: Record<string, string>;
  let host: string;
  let image: Image;

  const pulumi = (...parts: string[]) => world.command("pulumi", [...parts, "--stack", "ecr"], environment);
  const up = () => pulumi("up", "--yes", "--skip-preview");
  const docker = (...parts: string[]) =>
    world.command("docker", ["--config", world.path("docker-config"), ...parts]);
  const configure = (changes: object) =>
    writeFileSync(world.path("registry.json"), JSON.stringify({ ...args, ...changes }));
  const described = async () => {
    const command = new DescribeRepositoriesCommand({ repositoryNames: [name] });
    return (await ecr.send(command)).repositories?.[0];
  };
  const manifest = (method: string, reference: string) =>
    fetch(`http://${host}/v2/${name}/manifests/${reference}`, {
      method,
      headers: {
        accept:
          "application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json",
        authorization: `Basic ${Buffer.from(`AWS:${motoPassword}`).toString("base64")}`,
      },
    });

  beforeAll(async () => {
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
    const cli = await ensurePulumiCli(() => undefined);
    await ensurePlugins(cli, () => undefined);
    [world, moto] = await Promise.all([World.create(), startMoto()]);
    const passwords = world.path("htpasswd");
    writeFileSync(passwords, htpasswd);
    const auth = { htpasswd: { realm: "ECR", path: passwords } };
    host = await startRegistry(world.path(), "ecr", {}, auth);
    const address = `${motoAccount}.dkr.ecr.${region}.amazonaws.com`;
    const front = await serve(newRewritingFront(moto.url, [address, host]));
    const credentials = { accessKeyId: "test", secretAccessKey: secretKey };
    ecr = new ECRClient({ region, endpoint: moto.url, credentials });
    environment = {
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_ENDPOINT_URL_ECR: `http://${front}`,
      PULUMI_BACKEND_URL: `file://${world.path("state")}`,
      PULUMI_CONFIG_PASSPHRASE: "a passphrase of a test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PATH: [standInFolder, cli.folder, process.env.PATH].join(path.delimiter),
    };
    for (const folder of ["state", "image"]) mkdirSync(world.path(folder));
    writeFileSync(world.path("image", "Dockerfile"), "FROM scratch\nARG VERSION\nCOPY hello.txt /\n");
    writeFileSync(world.path("image", "hello.txt"), `made ${new Date().toISOString()}\n`);
    world.edit("index.ts", () => `export = require("./tests/ecrProgram");\n`);
    configure({});
    succeeded(await world.command("npm", ["run", "--silent", "build"]));
    succeeded(await world.command("pulumi", ["stack", "init", "ecr"], environment));
  });

  afterAll(async () => {
    stopRegistries();
    await moto.stop();
    await removeImages(host);
    await world.remove();
  });

  test("bad arguments are reported together, and nothing is made (no registry is asked)", async () => {
    configure({ region: "virginia", repositories: { app: "App" }, lifecycle: { keepLast: 0 } });
    const { code, output } = await up();
    expect(code).not.toBe(0);
    expect(output).toMatch(
      /EcrRegistry "ecr":\s+region "virginia" .*\s+repositories.app "App" .*\s+lifecycle.keepLast 0 /,
    );
    expect(output).not.toMatch(/\n\s+at /);
    configure({});
  });

  test("without credentials one sentence says what to set (AWS's SDK)", async () => {
    const none = { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "", AWS_EC2_METADATA_DISABLED: "true" };
    const nowhere = { HOME: world.path("nobody"), PULUMI_HOME: world.path("nobody", ".pulumi") };
    const { code, output } = await world.command("pulumi", ["preview", "--stack", "ecr"], {
      ...environment,
      ...none,
      ...nowhere,
    });
    expect(code).not.toBe(0);
    expect(output).toContain("There are no AWS credentials");
    expect(output).not.toMatch(/\n\s+at /);
  });

  test("a preview makes nothing and shows where the image will be (moto)", async () => {
    const shown = succeeded(await pulumi("preview", "--diff"));
    expect(shown).toContain(`${host}/${name}:1.0.0`);
    await expect(described()).rejects.toThrow(RepositoryNotFoundException);
  });

  test("create: the repository scans on push and has immutable tags (moto); push: the image (the real registry)", async () => {
    succeeded(await up());
    const outputs = JSON.parse(succeeded(await pulumi("stack", "output", "--json"))) as { image: Image };
    image = outputs.image;
    expect(await described()).toMatchObject({
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfiguration: { encryptionType: "AES256" },
    });
    expect(image.reference).toBe(`${host}/${name}:1.0.0`);
    const pushed = await manifest("HEAD", "1.0.0");
    expect(pushed.headers.get("docker-content-digest")).toBe(image.digest);
  });

  test("a second update changes nothing; the state holds neither the token nor the AWS key", async () => {
    succeeded(await pulumi("up", "--yes", "--skip-preview", "--expect-no-changes"));
    const state = succeeded(await pulumi("stack", "export"));
    for (const secret of [motoPassword, secretKey, world.folder]) expect(state).not.toContain(secret);
  });

  test("login: the token (moto) opens the registry, which is closed without (the real registry)", async () => {
    succeeded(await docker("image", "rm", "--force", image.reference));
    expect((await docker("pull", image.reference)).output).toContain("no basic auth credentials");
    const { authorizationData } = await ecr.send(new GetAuthorizationTokenCommand({}));
    const token = Buffer.from(authorizationData?.[0]?.authorizationToken ?? "", "base64").toString();
    const [user = "", password = ""] = token.split(":");
    const login = ["login", "--username", user, "--password-stdin", host];
    await run("docker", ["--config", world.path("docker-config"), ...login], { input: password });
  });

  test("delete local, pull back: the digest is the pushed one (the real registry)", async () => {
    expect((await docker("image", "inspect", image.reference)).code).not.toBe(0);
    succeeded(await docker("pull", image.reference));
    const inspected = succeeded(
      await docker("image", "inspect", "--format", "{{json .RepoDigests}}", image.reference),
    );
    expect(JSON.parse(inspected)).toEqual([image.uri]);
  });

  test("a change of settings changes the repository in place (moto)", async () => {
    configure({ scanOnPush: false, lifecycle: { keepLast: 5, untaggedAfterDays: 14 }, tags: { team: "a" } });
    expect(succeeded(await up())).toMatch(/1 updated/);
    const repository = await described();
    expect(repository?.imageScanningConfiguration).toEqual({ scanOnPush: false });
    const { lifecyclePolicyText = "" } = await ecr.send(
      new GetLifecyclePolicyCommand({ repositoryName: name }),
    );
    expect(JSON.parse(lifecyclePolicyText)).toMatchObject({
      rules: [
        { selection: { tagStatus: "untagged", countType: "sinceImagePushed", countNumber: 14 } },
        { selection: { tagPatternList: ["*"], countType: "imageCountMoreThan", countNumber: 5 } },
      ],
    });
    const resourceArn = repository?.repositoryArn;
    const { tags } = await ecr.send(new ListTagsForResourceCommand({ resourceArn }));
    expect(tags).toEqual([{ Key: "team", Value: "a" }]);
  });

  test("a refresh sees what others changed, and the next update puts it right (moto)", async () => {
    const mutable = { repositoryName: name, imageTagMutability: "MUTABLE" } as const;
    await ecr.send(new PutImageTagMutabilityCommand(mutable));
    succeeded(await pulumi("up", "--yes", "--skip-preview", "--refresh"));
    expect((await described())?.imageTagMutability).toBe("IMMUTABLE");
  });

  test("a repository with images is not destroyed (moto)", async () => {
    const imageManifest = await (await manifest("GET", "1.0.0")).text();
    const known = { repositoryName: name, imageTag: "1.0.0", imageDigest: image.digest };
    await ecr.send(new PutImageCommand({ ...known, imageManifest }));
    const refused = await destroy();
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain(`ECR repository "${name}" in region ${region} has images`);
    expect(refused.output).not.toMatch(/\n\s+at /);
    expect(await described()).toBeDefined();
  });

  test("delete from the registry: by digest, from the API's list (moto) and from the data (the real registry)", async () => {
    const imageIds = [{ imageDigest: image.digest }];
    const deleted = await ecr.send(new BatchDeleteImageCommand({ repositoryName: name, imageIds }));
    expect(deleted.failures).toEqual([]);
    expect((await manifest("DELETE", image.digest)).status).toBe(202);
    succeeded(await docker("image", "rm", "--force", image.reference));
    // By its tag: what it once had by digest, the engine keeps a manifest of and does not ask again.
    expect((await docker("pull", image.reference)).output).toContain("manifest unknown");
    expect((await manifest("HEAD", image.digest)).status).toBe(404);
  });

  test("an empty repository is destroyed (moto)", async () => {
    succeeded(await destroy());
    await expect(described()).rejects.toThrow(RepositoryNotFoundException);
  });

  function destroy(): Promise<CommandResult> {
    return pulumi("destroy", "--yes", "--skip-preview");
  }
});
