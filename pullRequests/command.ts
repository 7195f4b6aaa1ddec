import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { debugOption, type ProjectContext, runProgram } from "../commandLine/program";
import { LOCAL_STACK } from "../stacks/localStack";
import type { CommentRequest } from "./comment";
import { PreviewError } from "./errors";
import { Interrupted, type Place, Programs } from "./programs";

interface PreviewContext extends ProjectContext {
  stderr: ProjectContext["stderr"] & { isTTY?: boolean };
}

interface Options {
  stack?: string;
  base?: string;
  out?: string;
  drift?: true;
  debug?: true;
}

/** Runs `preview:pr` with its arguments; resolves with the exit code. */
export function runCommand(args: readonly string[], context: PreviewContext): Promise<number> {
  return runProgram("npm run preview:pr --", args, context, (program, exit) =>
    program
      .description(
        "What a change of the program would change in the cloud, as a comment for its pull request.",
      )
      .option("--stack <name>", "whose preview; with --base always local, and may be left out")
      .option(
        "--base <ref>",
        "compare HEAD with the last commit it shares with REF, on a local cloud, without any secret",
      )
      .option(
        "--drift",
        "compare the cloud with the program, instead of a change; exit code 1 where they differ",
      )
      .option("--out <file>", "write the comment to FILE instead of standard output")
      .addOption(debugOption(", and what the programs it runs print"))
      .action(async (options: Options) => exit(await runPreview(options, context))),
  );
}

async function runPreview(options: Options, context: PreviewContext): Promise<number> {
  const { stack, base, out } = checked(options, context.folder);
  const { stdout, stderr, environment, folder } = context;
  const say = (text: string) => (stderr.isTTY || options.debug ? stderr.write(`${text}\n`) : undefined);
  const programs = new Programs(options.debug ? (line) => stderr.write(`${line}\n`) : undefined);
  try {
    const [{ previewStack }, { commentOf }] = await Promise.all([import("./preview"), import("./comment")]);
    const drift = options.drift === true;
    const place = { folder, environment };
    const preview = (there: Place) => previewStack({ stack, drift }, there, programs);
    const request: CommentRequest =
      base === undefined
        ? { stack, drift, ...(await preview(place)) }
        : await previewAgainst(base, place, programs, say, preview);
    const comment = commentOf(request);
    if (out === undefined) stdout.write(comment);
    else writeFileSync(out, comment);
    return request.succeeded ? 0 : 1;
  } catch (error) {
    if (error instanceof Interrupted) return error.exitCode;
    throw error;
  } finally {
    programs.close();
  }
}

/** A base or a head that cannot be set up gets a comment too: it is the pull request's author who must know. */
async function previewAgainst(
  ref: string,
  checkout: Place,
  programs: Programs,
  say: (text: string) => void,
  preview: (head: Place) => Promise<Pick<CommentRequest, "result" | "succeeded">>,
): Promise<CommentRequest> {
  const { findMergeBase, onCloudOfBase } = await import("./mergeBase");
  const heads = await findMergeBase(ref, checkout, programs);
  const common = { stack: LOCAL_STACK, base: { ref, commit: heads.base } };
  try {
    return { ...common, ...(await onCloudOfBase(heads, checkout, programs, say, preview)) };
  } catch (error) {
    if (!(error instanceof PreviewError)) throw error;
    const nothing = { changes: [], images: [], findings: [], warnings: [] };
    return { ...common, succeeded: false, result: { ...nothing, errors: [error.message] } };
  }
}

/** @throws PreviewError with all that is wrong */
function checked({ stack, base, out, drift }: Options, folder: string) {
  const problems = [
    ...(stack === undefined && base === undefined ? ["--stack is missing; name the stack to preview"] : []),
    ...(stack !== undefined && !/^[\w./-]+$/.test(stack)
      ? [
          `--stack "${stack}" is no stack's name: letters, digits, "-", "_", ".", and "/" after an organization`,
        ]
      : []),
    ...(base !== undefined && stack !== undefined && stack !== LOCAL_STACK
      ? [
          `--base previews on a local cloud, whose stack is ${LOCAL_STACK}; leave --stack ${stack} or --base out`,
        ]
      : []),
    ...(base !== undefined && drift ? ["--drift looks at what is applied; leave --base out"] : []),
    ...(base?.startsWith("-") || base === "" ? [`--base "${base}" is no branch, tag or commit`] : []),
    ...(out !== undefined && !existsSync(path.dirname(path.resolve(out)))
      ? [`--out ${out}: there is no folder ${path.dirname(out)}; make it first`]
      : []),
    ...(existsSync(path.join(folder, "Pulumi.yaml"))
      ? []
      : [`${folder} holds no Pulumi.yaml; run the command in the project's folder`]),
  ];
  if (problems.length > 0) throw new PreviewError(`${problems.join(".\n")}.`);
  return { stack: stack ?? LOCAL_STACK, base, out };
}
