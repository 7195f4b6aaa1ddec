import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { reveal, Secret, unknown, type Properties } from "../shared/values";
import { checkImage, diffImage } from "./imageInputs";

let context: string;

beforeEach(() => {
  context = mkdtempSync(path.join(tmpdir(), "image-"));
  writeFileSync(path.join(context, "Dockerfile"), "FROM scratch\n");
});

afterEach(() => rmSync(context, { recursive: true }));

const imageName = "gru.ocir.io/ns/app:1.0.0";
const registry = { server: "gru.ocir.io", username: "BEARER_TOKEN", password: "one" };

async function checked(news: Properties): Promise<Properties> {
  const { inputs, failures } = await checkImage(news);
  expect(failures).toEqual([]);
  return inputs;
}

async function reasons(news: Properties): Promise<Record<string, string>> {
  const { failures } = await checkImage(news);
  return Object.fromEntries(failures.map(({ property, reason }) => [property, reason]));
}

describe("checkImage", () => {
  it("fills in the defaults and the digest of the context", async () => {
    const inputs = await checked({ imageName, build: { context }, skipPush: null });
    expect(inputs).toEqual({
      imageName,
      buildOnPreview: false,
      build: {
        context,
        dockerfile: path.join(context, "Dockerfile"),
        platform: expect.stringMatching(/^linux\/\w+$/) as string,
        contextDigest: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      },
    });
  });

  it("makes the password secret", async () => {
    const inputs = await checked({ imageName, build: { context }, registry });
    expect(inputs.registry).toEqual({ ...registry, password: new Secret("one") });
  });

  it("waits with the digest for a context that is not known yet", async () => {
    const inputs = await checked({ imageName: unknown, build: { context: unknown }, registry: unknown });
    expect(inputs.build).not.toHaveProperty("contextDigest");
    expect(inputs.build).toMatchObject({ context: unknown, dockerfile: unknown });
  });

  it("reports every problem by its property", async () => {
    const build = {
      context,
      args: { A: 1 },
      addHosts: "a:1",
      builderVersion: "3",
      cacheFrom: { images: [] },
      tags: [],
      target: true,
    };
    const found = await reasons({
      imageName: "app:1",
      build,
      skipPush: "no",
      registry: { user: "x" },
      colour: 1,
    });
    expect(Object.keys(found).sort()).toEqual(
      [
        ...[
          "build.addHosts",
          "build.args.A",
          "build.builderVersion",
          "build.cacheFrom",
          "build.tags",
          "build.target",
        ],
        ...["colour", "imageName", "registry.user", "skipPush"],
      ].sort(),
    );
    expect(found["build.cacheFrom"]).toContain("pulumi plugin install resource docker 5.2.0");
    expect(found.imageName).toContain("names no registry");
  });

  it.each([
    [{}, "missing"],
    [{ imageName: "gru.ocir.io/ns/App:1" }, "bad path part"],
    [{ imageName: `gru.ocir.io/ns/app@sha256:${"0".repeat(64)}` }, "name a tag"],
  ])("refuses the name in %j", async (news, reason) => {
    expect((await reasons({ ...news, build: { context } })).imageName).toContain(reason);
  });

  it("lets a local name be when nothing is pushed", async () => {
    await checked({ imageName: "app", build: { context }, skipPush: true });
  });

  it("names a Dockerfile that is not there", async () => {
    const dockerfile = path.join(context, "Nope");
    expect((await reasons({ imageName, build: { context, dockerfile } }))[""]).toContain(`"${dockerfile}"`);
  });
});

describe("diffImage", () => {
  async function changesAfter(change: (news: Properties) => Properties): Promise<string[]> {
    const news = { imageName, build: { context }, registry };
    const before = reveal(await checked(news));
    const { changes } = diffImage(before, reveal(await checked(change(news))));
    expect(changes.every(({ replace }) => !replace)).toBe(true);
    return changes.map((changed) => changed.path);
  }

  it("names the changed file's digest, name, build argument or registry", async () => {
    const server = { ...registry, server: "vcp.ocir.io" };
    expect(await changesAfter((news) => ({ ...news, registry: server }))).toEqual(["registry.server"]);
    expect(await changesAfter((news) => ({ ...news, imageName: "gru.ocir.io/ns/app:1.0.1" }))).toEqual([
      "imageName",
    ]);
    expect(await changesAfter((news) => ({ ...news, build: { context, args: { A: "1" } } }))).toEqual([
      "build.args",
    ]);
    expect(
      await changesAfter((news) => {
        mkdirSync(path.join(context, "sub"));
        writeFileSync(path.join(context, "sub/new.txt"), "");
        return news;
      }),
    ).toEqual(["build.contextDigest"]);
  });
});
