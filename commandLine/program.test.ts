import { InvalidArgumentError } from "commander";
import { debugOption, runProgram } from "./program";

/** Runs a command that ends as its argument says. */
async function run(...args: string[]) {
  const printed = { out: "", err: "" };
  const context = {
    stdout: { write: (text: string) => (printed.out += text) },
    stderr: { write: (text: string) => (printed.err += text) },
    environment: {},
  };
  const code = await runProgram("try", args, context, (program, exit) =>
    program
      .description("Ends as it is told.")
      .argument("<end>", "a code, or why it fails", (end) => {
        if (end === "never") throw new InvalidArgumentError("It has to end.");
        return end;
      })
      .addOption(debugOption(", and more"))
      .action(async (end: string) => {
        await Promise.resolve();
        if (!/^\d+$/.test(end)) throw new Error(end);
        if (end !== "0") exit(Number(end));
      }),
  );
  return { code, ...printed };
}

it("ends with the code that the action sets, by itself with 0", async () => {
  expect(await run("0")).toEqual({ code: 0, out: "", err: "" });
  expect(await run("3")).toEqual({ code: 3, out: "", err: "" });
});

it("tells an error in its own words, with --debug also where it comes from", async () => {
  expect(await run("It rains.")).toEqual({ code: 1, out: "", err: "It rains.\n" });
  const { code, err } = await run("It rains.", "--debug");
  expect(code).toBe(1);
  expect(err).toMatch(/^Error: It rains\.\n {4}at .*program\.test\.ts/);
});

it("begins what Commander says of wrong arguments as a sentence", async () => {
  expect(await run()).toEqual({ code: 1, out: "", err: "Missing required argument 'end'\n" });
  expect((await run("never")).err).toMatch(/^Command-argument value 'never' is invalid/);
});

it("helps on standard output, and that is no failure", async () => {
  const { code, out, err } = await run("--help");
  expect([code, err]).toEqual([0, ""]);
  expect(out).toMatch(/^Usage: try .*an error comes from, and more/s);
});
