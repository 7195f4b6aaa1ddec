import { randomBytes } from "node:crypto";

import type { CreateRequest, Failure, Plugin, ResourceRequest } from "../shared/plugin";
import { serve } from "../shared/serve";
import { Secret, unknown, type Properties, type Value } from "../shared/values";
import { checkCommand, diffCommand, officialPlugin } from "./commandInputs";
import { killAll, runCommand, type CommandOutput } from "./run";

const commandType = "command:local:Command";

const plugin: Plugin = {
  name: "command",
  version: "1.2.1",
  configure: () => undefined,
  check({ type, news }) {
    if (type !== commandType) throw notServed(`Resource type ${type}`);
    const { inputs, failures } = checkCommand(news);
    return { inputs, failures: failures.map(withoutValue) };
  },
  diff: ({ oldInputs, news }) => diffCommand(oldInputs, news),
  async create(request) {
    const { inputs, name, preview } = request;
    if (preview) return { id: "", outputs: unknownOutputs(inputs) };
    const output = await runIfGiven(request, inputs.create, inputs, { stdout: "", stderr: "" });
    return { id: `${name}${randomBytes(4).toString("hex")}`, outputs: outputsOf(request, output) };
  },
  async update(request) {
    const { inputs, olds, preview } = request;
    if (preview) return unknownOutputs(inputs);
    const output = await runIfGiven(request, inputs.update ?? inputs.create, inputs, previousOutput(olds));
    return outputsOf(request, output);
  },
  async delete(request) {
    const { oldInputs, olds } = request;
    await runIfGiven(request, oldInputs.delete, oldInputs, previousOutput(olds));
  },
  read({ id, inputs, olds, type }) {
    if (type !== commandType) throw notServed(`Resource type ${type}`);
    if (!inputs || !olds) throw new Error(`Command ${id} cannot be imported: declare it, and it is run.`);
    return Promise.resolve({ id, inputs, outputs: olds });
  },
  invoke({ token }) {
    throw notServed(`Function ${token}`);
  },
};

/** Runs the command of this step; where there is none, the previous output stays. */
async function runIfGiven(
  { signal, log }: ResourceRequest,
  command: Value | undefined,
  inputs: Properties,
  previous: CommandOutput,
): Promise<CommandOutput> {
  if (typeof command !== "string") return previous;
  const { addPreviousOutputInEnv, dir, environment, interpreter, logging, stdin } = inputs;
  return runCommand({
    command,
    environment: {
      ...(environment as Record<string, string> | undefined),
      ...(addPreviousOutputInEnv !== false && previous.stdout && { PULUMI_COMMAND_STDOUT: previous.stdout }),
      ...(addPreviousOutputInEnv !== false && previous.stderr && { PULUMI_COMMAND_STDERR: previous.stderr }),
    },
    ...(interpreter !== undefined && { interpreter: interpreter as string[] }),
    ...(typeof dir === "string" && { dir }),
    ...(typeof stdin === "string" && { stdin }),
    ...(typeof logging === "string" && { logging }),
    signal,
    onLine: (line) => log.status(line),
  });
}

function outputsOf({ inputs }: CreateRequest, { stdout, stderr }: CommandOutput): Properties {
  return { ...inputs, stdout: new Secret(stdout), stderr: new Secret(stderr) };
}

function unknownOutputs(inputs: Properties): Properties {
  return { ...inputs, stdout: new Secret(unknown), stderr: new Secret(unknown) };
}

function previousOutput({ stdout, stderr }: Properties): CommandOutput {
  return {
    stdout: typeof stdout === "string" ? stdout : "",
    stderr: typeof stderr === "string" ? stderr : "",
  };
}

/** The engine prints the value of a failure's property, which may hold a password: the path goes into the text instead. */
function withoutValue({ property, reason }: Failure): Failure {
  return { property: "", reason: `${property} ${reason}` };
}

function notServed(what: string): Error {
  return new Error(
    `${what} is not served by the local command plugin, which serves ${commandType} only: ${officialPlugin}.`,
  );
}

// The commands are in process groups of their own, which nobody else ends when this process is ended.
process.once("exit", killAll);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));

void serve(plugin);
