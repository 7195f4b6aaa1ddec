import { spawn } from "node:child_process";
import { once } from "node:events";
import { isRunning } from "./processes";

test("a process runs until it has ended, and only under its own command", async () => {
  const child = spawn("sleep", ["60"]);
  await once(child, "spawn");
  const pid = child.pid ?? 0;
  expect(isRunning(pid, "sleep")).toBe(true);
  expect(isRunning(pid, "dockerd")).toBe(process.platform !== "linux");
  child.kill();
  await once(child, "exit");
  expect(isRunning(pid, "sleep")).toBe(false);
});
