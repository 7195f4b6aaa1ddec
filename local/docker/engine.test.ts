import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { buildImage, connectEngine, pushImage } from "./engine";
import { type StandInEngine, startStandInEngine } from "./standInEngine";

const digest = `sha256:${"a".repeat(64)}`;
let directory: string;
let standIn: StandInEngine;

beforeEach(async () => {
  directory = mkdtempSync(path.join(tmpdir(), "engine-"));
  writeFileSync(path.join(directory, "Dockerfile"), "FROM scratch\n");
  standIn = await startStandInEngine();
});

afterEach(async () => {
  await standIn.stop();
  rmSync(directory, { recursive: true });
});

const engine = () => connectEngine(standIn.host);
const login = { username: "user", password: "pass" };
const logged: string[] = [];
const onLog = (line: string) => logged.push(line);

describe("pushImage", () => {
  it("sends the login in the header alone and returns the registry's digest", async () => {
    standIn.answers["/images/"] = {
      lines: [{ status: "Pushed", id: "ab" }, { aux: { Tag: "1.0.0", Digest: digest } }],
    };
    const pushed = await pushImage(await engine(), "127.0.0.1:5000/ns/app:1.0.0", login, onLog);
    expect(pushed).toEqual({ digest });
    expect(logged).toContain("ab: Pushed");
    const request = standIn.seen.at(-1);
    expect(request?.url).toBe("/images/127.0.0.1:5000/ns/app/push?tag=1.0.0");
    const header = Buffer.from(String(request?.headers["x-registry-auth"]), "base64").toString();
    expect(JSON.parse(header)).toEqual({ ...login, serveraddress: "127.0.0.1:5000" });
  });

  it.each([
    ["no digest", {}, "reported no digest"],
    ["a malformed digest", { aux: { Digest: "<none>" } }, 'the malformed digest "<none>"'],
  ])("refuses %s", async (_, line, message) => {
    standIn.answers["/images/"] = { lines: [line] };
    await expect(pushImage(await engine(), "127.0.0.1:5000/ns/app:1", login, onLog)).rejects.toThrow(message);
  });

  it("reports an error in the progress, with a hint about the credentials but without the password", async () => {
    standIn.answers["/images/"] = {
      lines: [{ error: "denied: no", errorDetail: { message: "denied: no" } }],
    };
    await expect(pushImage(await engine(), "127.0.0.1:5000/ns/app:1", login, onLog)).rejects.toThrow(
      'Image 127.0.0.1:5000/ns/app:1 could not be pushed: denied: no (as user "user": check the password or token, and that the user may push there)',
    );
  });
});

describe("buildImage", () => {
  const request = () => ({
    context: directory,
    dockerfile: path.join(directory, "Dockerfile"),
    tags: ["app:1"] as [string],
    target: "base",
    buildArgs: { WHO: "me" },
  });

  it("falls back to the older builder where the engine has no sessions", async () => {
    standIn.answers["/build"] = { lines: [{ stream: "Step 1/1 : FROM scratch" }] };
    standIn.answers["/images/app:1/json"] = { lines: [{ Id: digest }] };
    expect(await buildImage(await engine(), request(), onLog)).toEqual({ id: digest });
    const query = new URLSearchParams(
      standIn.seen.find(({ url }) => url?.startsWith("/build"))?.url?.split("?")[1],
    );
    expect(Object.fromEntries(query)).toEqual({
      version: "1",
      dockerfile: "Dockerfile",
      t: "app:1",
      buildargs: '{"WHO":"me"}',
      target: "base",
      rm: "true",
    });
  });

  it("repeats the last 20 lines of a failed build", async () => {
    const lines = Array.from({ length: 30 }, (_, at) => ({ stream: `line ${at}\n` }));
    standIn.answers["/build"] = {
      lines: [...lines, { error: "no", errorDetail: { message: "step failed" } }],
    };
    const failing = buildImage(await engine(), { ...request(), builder: "legacy" }, onLog);
    const expected = lines.slice(10).map(({ stream }) => stream.trim());
    await expect(failing).rejects.toThrow(
      `Image app:1 could not be built from ${directory}/Dockerfile: step failed\nThe build's last lines:\n${expected.join("\n")}`,
    );
  });
});
