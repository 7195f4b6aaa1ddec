import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as common from "oci-common";
import { IdentityClient } from "oci-identity";

const stateDir = mkdtempSync(join(tmpdir(), "local-cloud-daemon-"));
const running: ChildProcess[] = [];

afterAll(async () => {
  await Promise.all(running.map((child) => end(child, "SIGTERM")));
  rmSync(stateDir, { recursive: true, force: true });
});

function start(port: string): ChildProcess {
  const child = spawn(process.execPath, ["--require", "sucrase/register/ts", join(__dirname, "server.ts")], {
    env: { ...process.env, LOCAL_STATE_DIR: stateDir, LOCAL_CLOUD_PORT: port },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.push(child);
  return child;
}

async function listening(child: ChildProcess): Promise<IdentityClient> {
  const lines = createInterface({ input: child.stdout ?? process.stdin });
  const [line] = (await once(lines, "line")) as [string];
  const authenticationDetailsProvider = new common.ConfigFileAuthenticationDetailsProvider(
    join(stateDir, "oci", "config"),
  );
  const client = new IdentityClient({ authenticationDetailsProvider });
  client.endpoint = line.replace("listening ", "");
  return client;
}

function tenancy(): string {
  const config = readFileSync(join(stateDir, "oci", "config"), "utf8");
  return /^tenancy=(.*)$/m.exec(config)?.[1] ?? "";
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return child.exitCode;
  }
  child.kill(signal);
  const [code] = (await once(child, "exit")) as [number | null];
  return code;
}

test("what was answered survives a kill, and SIGTERM ends the daemon cleanly", async () => {
  const first = start("0");
  const before = await listening(first);
  const compartmentId = tenancy();
  const createCompartmentDetails = { compartmentId, name: "cmp-killed", description: "d" };
  const { compartment } = await before.createCompartment({ createCompartmentDetails });
  await end(first, "SIGKILL");

  const second = start("0");
  const after = await listening(second);
  const { items } = await after.listCompartments({ compartmentId });
  expect(items.map(({ id }) => id)).toEqual([compartment.id]);
  await expect(end(second, "SIGTERM")).resolves.toBe(0);
}, 60_000);

test("a taken port is one sentence and exit code 1", async () => {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  const address = holder.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const child = start(String(port));
  let message = "";
  child.stderr?.on("data", (chunk: Buffer) => (message += chunk.toString()));
  const [code] = (await once(child, "close")) as [number];
  holder.close();
  expect(code).toBe(1);
  expect(message).toBe(
    `The local cloud did not start: Port ${port} on 127.0.0.1 is taken by another program: stop it, or set LOCAL_CLOUD_PORT to a free port.\n`,
  );
}, 60_000);
