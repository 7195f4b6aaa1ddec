import { Command } from "commander";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { Failure, runCommand } from "../../local/toolchain/failure";
import { projectRoot } from "../../local/toolchain/paths";
import { STACK_SCHEMA_FILE, stackSchema } from "../stackSchema";
import { checkEnvironments } from "./checkEnvironments";
import { FIELDS, givenValue, optionsOf } from "./fields";
import { newEnvironment } from "./newEnvironment";
import { atTerminal } from "./questions";

const program = new Command("npm run env --").description("Environments: the files Pulumi.NAME.yaml.");

const making = program
  .command("new")
  .argument("<name>", "the stack's name")
  .description("write Pulumi.NAME.yaml; at a terminal, what is not given is asked for")
  .option("--set <key=value>", "any other setting; may be repeated", keyAndValue);
for (const option of FIELDS.flatMap(optionsOf)) making.addOption(option);
making.action(async (name: string, options: Record<string, unknown>) => {
  const given = { ...(options.set as Record<string, string> | undefined) };
  for (const field of FIELDS) {
    const value = givenValue(field, options);
    if (value !== undefined) given[field.key] = value;
  }
  const make = (ask?: (question: string) => Promise<string>) => newEnvironment(projectRoot, name, given, ask);
  console.log(await (process.stdin.isTTY ? atTerminal(make) : make()));
});

program
  .command("check")
  .argument("[name]", "the stack's name (default: every environment)")
  .description("look the files over, without Pulumi: file, line, setting, what was found, what is right")
  .action((name: string | undefined) => console.log(checkEnvironments(projectRoot, name)));

program
  .command("schema")
  .description(`write ${STACK_SCHEMA_FILE} anew, after a change of the settings`)
  .action(() => {
    writeFileSync(path.join(projectRoot, STACK_SCHEMA_FILE), stackSchema());
    console.log(`${STACK_SCHEMA_FILE} is written.`);
  });

function keyAndValue(text: string, before: Record<string, string> = {}): Record<string, string> {
  const [, key, value] = /^(?:fotogal-motando:)?([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) {
    throw new Failure(`--set: found "${text}"; write KEY=VALUE, such as fotogalVersion=1.0.1`);
  }
  return { ...before, [key]: value };
}

runCommand(async () => {
  await program.parseAsync();
  return 0;
});
