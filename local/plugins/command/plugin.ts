import { randomBytes } from "node:crypto";
import type { CreateRequest, Failure, Plugin, ResourceRequest } from "../shared/plugin";
import { Secret, unknown, type Properties, type Value } from "../shared/values";
import { checkCommand, diffCommand, officialPlugin } from "./commandInputs";
import { runCommand, type CommandOutput } from "./run";

const commandType = "command:local:Command";

export const commandPlugin: Plugin = {
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
    if (preview) return { id: "", outputs: unknownOutputs(request) };
    const output = await runIfGiven(request, inputs.create, inputs, { stdout: "", stderr: "" });
    return { id: `${name}${randomBytes(4).toString("hex")}`, outputs: outputsOf(request, output) };
  },
  async update(request) {
    const { inputs, olds, preview } = request;
    if (preview) return unknownOutputs(request);
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

function outputsOf({ inputs, secretInputs }: CreateRequest, { stdout, stderr }: CommandOutput): Properties {
  return { ...inputs, ...hidden({ stdout, stderr }, secretInputs) };
}

function unknownOutputs({ inputs, secretInputs }: CreateRequest): Properties {
  return { ...inputs, ...hidden({ stdout: unknown, stderr: unknown }, secretInputs) };
}

/** A command that was given a secret may print it. */
function hidden(outputs: { stdout: Value; stderr: Value }, secret: boolean): Properties {
  if (!secret) return outputs;
  return { stdout: new Secret(outputs.stdout), stderr: new Secret(outputs.stderr) };
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
