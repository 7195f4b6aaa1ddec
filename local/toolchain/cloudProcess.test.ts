import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

const stateDir = mkdtempSync(path.join(tmpdir(), "state-"));
let server: Server;
let answer: object;

beforeAll(async () => {
  server = createServer((_request, response) => response.end(JSON.stringify(answer)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  mkdirSync(path.join(stateDir, "cloud"));
  const { port } = server.address() as AddressInfo;
  writeFileSync(
    path.join(stateDir, "cloud", "server.json"),
    JSON.stringify({ pid: process.pid, port, build: "b" }),
  );
});

afterAll(() => {
  server.close();
  rmSync(stateDir, { recursive: true });
});

async function load() {
  process.env.LOCAL_STATE_DIR = stateDir;
  return import("./cloudProcess");
}

test("the server is running when it answers with the recorded process ID", async () => {
  answer = { status: "UP", pid: process.pid };
  expect(await (await load()).runningCloud()).toMatchObject({ pid: process.pid, build: "b" });
});

test("another program under the recorded process ID is not the server, and is left alone", async () => {
  answer = { status: "UP", pid: process.pid + 1 };
  const kill = jest.spyOn(process, "kill");
  const { runningCloud, stopCloud } = await load();
  expect(await runningCloud()).toBeUndefined();
  expect(await stopCloud()).toBe(false);
  expect(kill).not.toHaveBeenCalled();
});
