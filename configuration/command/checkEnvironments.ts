import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { Failure } from "../../local/toolchain/failure";
import { checkStackFile, stackFileName, stackNameProblem, stackOfFile } from "../stackFile";

/**
 * Looks over one environment's file, or all that are in the folder; answers which were right.
 * @throws Failure with every problem on a line of its own: `FILE:LINE: SETTING: what was found; what is right`
 */
export function checkEnvironments(folder: string, name?: string): string {
  const names = environmentsIn(folder);
  if (name !== undefined && !existsSync(path.join(folder, stackFileName(name)))) {
    const problem = stackNameProblem(name);
    throw new Failure(
      problem ??
        `There is no ${stackFileName(name)}; write ${names.join(", ")}, or make it with \`npm run env -- new ${name}\`.`,
    );
  }
  const files = (name === undefined ? names : [name]).map(stackFileName);
  const lines = files.flatMap((file) =>
    checkStackFile(readFileSync(path.join(folder, file), "utf8")).map(
      ({ key, text, line }) => `${file}${line === undefined ? "" : `:${line}`}: ${key}: ${text}`,
    ),
  );
  if (lines.length > 0) throw new Failure(lines.join("\n"));
  return `${files.join(", ")}: nothing wrong.`;
}

function environmentsIn(folder: string): string[] {
  return readdirSync(folder)
    .flatMap((file) => stackOfFile(file) ?? [])
    .sort();
}
