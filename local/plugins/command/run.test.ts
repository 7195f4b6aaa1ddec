import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { runCommand, type CommandRun } from "./run";

let lines: string[];
let cancel: AbortController;

beforeEach(() => {
  lines = [];
  cancel = new AbortController();
});

function run(command: string, more: Partial<CommandRun> = {}) {
  return runCommand({ command, signal: cancel.signal, onLine: (line) => lines.push(line), ...more });
}

describe("runCommand", () => {
  it("keeps both outputs apart, without the last line feed alone", async () => {
    expect(await run("printf 'a\\n\\n'; echo b >&2")).toEqual({ stdout: "a\n", stderr: "b" });
  });

  it("adds the environment to its own and passes standard input", async () => {
    const environment = { GREETING: "hello $HOME; `id`" };
    const { stdout } = await run('cat; echo "$GREETING"; test -n "$PATH"', { environment, stdin: "in\n" });
    expect(stdout).toBe(`in\n${environment.GREETING}`);
  });

  it("gives an empty standard input otherwise, and lets a command leave it unread", async () => {
    expect((await run("cat")).stdout).toBe("");
    expect((await run("exec true", { stdin: "x".repeat(1_000_000) })).stdout).toBe("");
  });

  it("uses the interpreter and the directory", async () => {
    const dir = realpathSync(mkdtempSync(path.join(tmpdir(), "command-")));
    const interpreter = [process.execPath, "-e"];
    const { stdout } = await run("console.log(process.cwd())", { dir, interpreter });
    rmSync(dir, { recursive: true });
    expect(stdout).toBe(dir);
  });

  it.each([
    [undefined, ["out", "err"]],
    ["stdoutAndStderr", ["out", "err"]],
    ["stdout", ["out"]],
    ["stderr", ["err"]],
    ["none", []],
  ])("with logging %s shows %j", async (logging, shown) => {
    const output = await run("echo out; echo err >&2", logging === undefined ? {} : { logging });
    expect(lines.sort()).toEqual([...shown].sort());
    expect(output).toEqual({ stdout: "out", stderr: "err" });
  });

  it("fails with the exit code and the output", async () => {
    const failing = run("echo shown; echo reason >&2; exit 3");
    await expect(failing).rejects.toThrow(/^The command ended with exit code 3; its output ends with:\n/);
    await expect(failing).rejects.toThrow(/shown/);
    await expect(failing).rejects.toThrow(/reason/);
  });

  it("keeps standard output out of the error when it is not to be logged", async () => {
    const failing = run("echo confidential; echo reason >&2; exit 3", { logging: "none" });
    await expect(failing).rejects.toThrow(
      /^The command ended with exit code 3; its standard error ends with:\nreason$/,
    );
  });

  it.each<[string, Partial<CommandRun>, string]>([
    ["a directory that is not there", { dir: "/nowhere" }, 'directory "/nowhere" does not exist'],
    [
      "an interpreter that is not there",
      { interpreter: ["/no/shell"] },
      'interpreter "/no/shell" is not found',
    ],
    [
      "a huge environment",
      { environment: { A: "x".repeat(4_000_000) } },
      "set addPreviousOutputInEnv to false",
    ],
  ])("explains %s", async (_, more, message) => {
    await expect(run("true", more)).rejects.toThrow(message);
  });

  it("when cancelled ends everything that the command started", async () => {
    // The background process holds standard output open, so the run only ends when that one is gone too.
    const stopped = run("sleep 600 & echo started; wait", {
      onLine: () => cancel.abort(),
    });
    await expect(stopped).rejects.toThrow("The command was stopped, since the deployment was cancelled.");
  });

  it("does not start once cancelled", async () => {
    cancel.abort();
    await expect(run("true")).rejects.toThrow();
  });
});
