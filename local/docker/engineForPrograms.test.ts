import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { connectEngine } from "./engine";
import { withEngine } from "./engineForPrograms";
import { type StandInEngine, startStandInEngine } from "./standInEngine";

let folder: string;
let engine: StandInEngine;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "programs-"));
  engine = await startStandInEngine();
  engine.answers["/info"] = { lines: [{ Name: "far away" }] };
});

afterEach(async () => {
  await engine.stop();
  rmSync(folder, { recursive: true });
});

/** An environment without contexts, whose `ssh` does this. */
function environment(script: string): NodeJS.ProcessEnv {
  writeFileSync(path.join(folder, "ssh"), `#!/bin/sh\n${script}\n`);
  chmodSync(path.join(folder, "ssh"), 0o755);
  return {
    PATH: `${folder}:${process.env.PATH ?? ""}`,
    DOCKER_CONFIG: folder,
    DOCKER_HOST: "ssh://me@builder",
  };
}

it("brings an engine behind ssh to a socket here, for as long as the run", async () => {
  const bridge = `const s=require("net").connect("${engine.host.replace("unix://", "")}");process.stdin.pipe(s).pipe(process.stdout)`;
  const given = environment(`exec "${process.execPath}" -e '${bridge}'`);
  const socket = await withEngine(given, async (found) => {
    // As a program would that knows nothing of ssh.
    const docker = await connectEngine(undefined, found);
    expect(await docker.info()).toEqual({ Name: "far away" });
    return found.DOCKER_HOST?.replace("unix://", "") ?? "";
  });
  expect(socket).toMatch(/^\//);
  expect(existsSync(socket)).toBe(false);
});

it("closes the connection when ssh fails, and passes the run's own failure on", async () => {
  const given = environment("exit 255");
  await expect(withEngine(given, (found) => connectEngine(undefined, found))).rejects.toThrow(
    /not reachable at unix:/,
  );
});

it("changes nothing for an engine that any program reaches", async () => {
  const given = { ...environment(""), DOCKER_HOST: engine.host };
  expect(await withEngine(given, (found) => Promise.resolve(found))).toBe(given);
});
