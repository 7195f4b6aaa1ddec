import { readFile } from "node:fs/promises";
import { type Command, InvalidArgumentError, Option } from "commander";
import { type CommandContext, debugOption, runProgram } from "../commandLine/program";
import { type ImageReference, parseImageReference } from "../formats/imageReference";
import { MOVING_TAGS, type MovingTag } from "../formats/imageTag";
import { SCANNERS, type ScannerName, SEVERITIES, type Severity } from "../formats/scanReport";
import { PublishError } from "./errors";

interface ScanOptions {
  severities: Severity[];
  ignoreUnfixed?: true;
  required?: true;
  scanner?: ScannerName;
}

interface TagOptions {
  imageVersion: string;
  tags: MovingTag[];
}

interface SbomOptions {
  lockfile: string;
  name: string;
  imageVersion: string;
}

/** Runs `publish` with its arguments; resolves with the exit code. */
export function runCommand(args: readonly string[], context: CommandContext): Promise<number> {
  return runProgram("publish", args, context, (program) => defineSteps(program, context));
}

// Each part is loaded when it is needed.
function defineSteps(root: Command, { stdout, stderr, environment }: CommandContext): void {
  const print = (result: object) => stdout.write(`${JSON.stringify(result)}\n`);
  root.description("Steps around an image's push, as the stack runs them. Each prints one JSON document.");
  const step = (name: string, description: string) =>
    root.command(name).description(description).copyInheritedSettings(root).addOption(debugOption());

  step("scan", "scan an image of the local engine with trivy or grype; fail on what it finds")
    .argument("<image>", "the image's name in the engine")
    .option("--severities <list>", "those that fail, with commas between them", severitiesIn, ["CRITICAL"])
    .option("--ignore-unfixed", "let pass what has no fix")
    .option("--required", "fail where there is no scanner")
    .addOption(new Option("--scanner <name>", "default: the first on PATH").choices(SCANNERS))
    .action(async (image: string, { severities, ignoreUnfixed, required, scanner }: ScanOptions) => {
      const { passGate } = await import("./gate");
      const options = {
        severities,
        ignoreUnfixed: ignoreUnfixed === true,
        required: required === true,
        ...(scanner && { scanner }),
      };
      print(await passGate(image, options, environment, (text) => stderr.write(text)));
    });

  step("sbom", "attach a bill of materials, made from a lockfile, to a pushed image")
    .argument("<uri>", "host/repository@sha256:digest", pinned)
    .requiredOption("--lockfile <file>", "package-lock.json")
    .requiredOption("--name <name>", "the image's name in the bill")
    .requiredOption("--image-version <version>", "the image's version in the bill")
    .action(async (image: ImageReference, { lockfile, name, imageVersion: version }: SbomOptions) => {
      const { attachBill } = await import("./attachBill");
      const text = await readFile(lockfile, "utf8").catch((error: unknown) => {
        throw new PublishError(`The lockfile ${lockfile} cannot be read (${(error as Error).message}).`);
      });
      print(await attachBill(image, { text, place: lockfile, name, version }, environment));
    });

  step("sign", "sign a pushed image with cosign, which gets the environment as it is")
    .argument("<uri>", "host/repository@sha256:digest", pinned)
    .option("--key <key>", "a key's file, or its address in a key service; default: keyless")
    .action(async (image: ImageReference, { key }: { key?: string }) => {
      const { sign } = await import("./sign");
      await sign(image, key, environment);
      print({ signed: true });
    });

  step("tag", "put moving tags on a pushed release, unless there is a greater one")
    .argument("<uri>", "host/repository@sha256:digest", pinned)
    .requiredOption("--image-version <version>", "the release, such as 1.2.3")
    .requiredOption("--tags <list>", "minor (1.2), major (1), latest; with commas between them", movingTagsIn)
    .action(async (image: ImageReference, { imageVersion: version, tags }: TagOptions) => {
      const { moveTags } = await import("./movingTags");
      print({ tags: await moveTags(image, version, tags, { environment }) });
    });
}

function severitiesIn(list: string): Severity[] {
  return namesIn(list.toUpperCase(), SEVERITIES);
}

function movingTagsIn(list: string): MovingTag[] {
  return namesIn(list, MOVING_TAGS);
}

function namesIn<Name extends string>(list: string, known: readonly Name[]): Name[] {
  return list.split(",").map((each) => {
    const name = known.find((one) => one === each.trim());
    if (name === undefined) throw new InvalidArgumentError(`"${each}" is none of ${known.join(", ")}.`);
    return name;
  });
}

function pinned(text: string): ImageReference {
  const reference = parseImageReference(text);
  if (reference.digest === undefined) throw new InvalidArgumentError("It has no digest.");
  return reference;
}
