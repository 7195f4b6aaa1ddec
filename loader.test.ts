import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

test("a program whose output nobody reads any more ends, though its errors are handled by writing", async () => {
  const program = `
    process.on("uncaughtException", (error) => console.error(error.message));
    setInterval(() => console.error("still here"), 1);`;
  const child = spawn(process.execPath, ["--require", path.resolve("loader.cjs"), "--eval", program], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  await once(child.stderr, "data");
  child.stderr.destroy();
  expect(await once(child, "exit")).toEqual([1, null]);
});
