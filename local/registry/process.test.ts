import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { RegistryProcess } from "./process";
import { describeWithRegistry } from "./registryFixture";

describe("a registry program that is not there", () => {
  test.each([
    [undefined, /There is no registry program/],
    ["/no/such/registry", /cannot be started/],
  ])("%s: says so, and stops all the same", async (binary, message) => {
    const stateDir = mkdtempSync(join(tmpdir(), "process-"));
    const path = process.env.PATH;
    const named = process.env.REGISTRY_BINARY;
    process.env.PATH = "";
    delete process.env.REGISTRY_BINARY;
    try {
      const registry = new RegistryProcess(stateDir, binary);
      await registry.start();
      expect(registry.problem()).toMatch(message);
      await registry.stop();
    } finally {
      process.env.PATH = path;
      if (named !== undefined) process.env.REGISTRY_BINARY = named;
      rmSync(stateDir, { recursive: true });
    }
  });
});

describeWithRegistry("the registry program", () => {
  let stateDir: string;
  let registry: RegistryProcess;

  beforeEach(async () => {
    stateDir = mkdtempSync(join(tmpdir(), "process-"));
    registry = new RegistryProcess(stateDir);
    await registry.start();
  });

  afterEach(async () => {
    await registry.stop();
    rmSync(stateDir, { recursive: true });
  });

  const pid = (): number => Number(readFileSync(registry.paths.pid, "utf8").split(" ")[0]);

  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await new Promise((resolve) => setImmediate(resolve));
  };

  test("is started again when it dies", async () => {
    const first = pid();
    process.kill(first, "SIGKILL");
    await until(() => registry.problem() !== undefined);
    expect(registry.problem()).toMatch(/SIGKILL.*started again/);
    await until(() => registry.problem() === undefined);
    expect(pid()).not.toBe(first);
  });

  test("of an earlier cloud is ended before the next one starts", async () => {
    const left = pid();
    const next = new RegistryProcess(stateDir);
    await next.start();
    expect(next.problem()).toBeUndefined();
    expect(() => process.kill(left, 0)).toThrow();
    await next.stop();
  });
});
