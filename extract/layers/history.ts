import type { HistoryStep } from "../registry/manifest";
import { ancestorsOf, bytesOf, cleanPath, type ImagePath, isAtOrBelow, resolveLink } from "../imagePath";

/** What a step of the history says that it did to the file system. */
export type Step =
  | { kind: "copy"; instruction: "COPY" | "ADD"; destination: ImagePath }
  | { kind: "workdir"; directory: ImagePath }
  | { kind: "run"; command: string }
  | { kind: "unknown" };

/**
 * The steps that made the layers, lowest first, one a layer.
 * @returns undefined when the history is missing or does not match the layers
 */
export function stepsOfLayers(history: unknown, layerCount: number): Step[] | undefined {
  if (!isHistory(history)) return undefined;
  if (history.filter((step) => step.empty_layer !== true).length !== layerCount) return undefined;
  const steps: Step[] = [];
  // Relative destinations count from the last WORKDIR; before the first one they count from nobody knows where.
  let workdir: ImagePath | undefined;
  // Buildah makes one layer of many steps, which the history gives to the last of them.
  let holdsMore = false;
  for (const entry of history) {
    const step = parseStep(entry, workdir);
    if (step.kind === "workdir") workdir = step.directory;
    if (entry.empty_layer === true) {
      holdsMore ||= step.kind === "run" || /\b(?:COPY|ADD) /.test(entry.created_by ?? "");
    } else {
      steps.push(holdsMore ? { kind: "unknown" } : step);
      holdsMore = false;
    }
  }
  return steps;
}

function isHistory(history: unknown): history is readonly HistoryStep[] {
  const isText = (value: unknown): boolean => value === undefined || typeof value === "string";
  const isStep = (step: Partial<Record<string, unknown>> | null): boolean =>
    isText(step?.created_by) && isText(step?.comment) && step !== null;
  return Array.isArray(history) && history.every(isStep);
}

/** Reads one step as Docker's legacy builder and BuildKit write them; anything else is unknown. */
export function parseStep(entry: HistoryStep, workdir: ImagePath | undefined): Step {
  const text = entry.created_by ?? "";
  const legacy = /^\/bin\/sh -c #\(nop\)\s+(COPY|ADD|WORKDIR) (.*)$/s.exec(text);
  const legacyCopy = /^.* in (\S+)\s*$/s.exec(legacy?.[2] ?? "");
  if (legacy?.[1] === "WORKDIR") return workdirStep(legacy[2] ?? "", workdir);
  if (legacy !== null) return copyStep(legacy[1], legacyCopy?.[1], workdir);

  if (entry.comment === "buildkit.dockerfile.v0") {
    const copy = /^(COPY|ADD) .*?(\S+) # buildkit$/s.exec(text);
    if (copy !== null) return copyStep(copy[1], copy[2], workdir);
    const directory = /^WORKDIR (.*)$/s.exec(text);
    if (directory !== null) return workdirStep(directory[1] ?? "", workdir);
    if (text.startsWith("RUN ")) return { kind: "run", command: text };
  }
  if (/^(?:\|\d+ .*)?\/bin\/sh -c (?!#\(nop\))/s.test(text)) return { kind: "run", command: text };
  return { kind: "unknown" };
}

/** Whether writing to the destination can change anything at or below the wanted path. */
export function canReach(destination: ImagePath, wanted: ImagePath): boolean {
  return aliases(destination).some((place) =>
    aliases(wanted).some((goal) => isAtOrBelow(place, goal) || isAtOrBelow(goal, place)),
  );
}

/**
 * Whether the step, older than a WORKDIR whose layer makes the directory, may have put something there before. The lowest
 * layer is the base system, unpacked at the root by a tool of its own: it may not have, since the directory was made later.
 */
export function mayHaveFilled(step: Step, wanted: ImagePath, isLowest: boolean): boolean {
  switch (step.kind) {
    case "copy":
      return canReach(step.destination, wanted) && !(isLowest && step.destination === "");
    case "workdir":
      return isAtOrBelow(step.directory, wanted);
    case "run":
      return bytesOf(step.command).includes(`/${wanted}`);
    case "unknown":
      return !isLowest;
  }
}

/** Whether the step is a RUN that names the destination, or a folder above it, and the program that makes links. */
export function mayHaveLinked(step: Step, destination: ImagePath): boolean {
  if (step.kind !== "run" || !/\bln\b/.test(step.command)) return false;
  const words = new Set(bytesOf(step.command).split(/[\s'"=;&|()]+/));
  return [destination, ...ancestorsOf(destination)].some(
    (path) => path !== "" && (words.has(`/${path}`) || words.has(`/${path}/`)),
  );
}

/** Whether the symlink is one of those that `canReach` knows. */
export function isCommonLink(link: ImagePath, target: string): boolean {
  return aliases(link).includes(resolveLink(link, target));
}

/** The paths that common systems make one by a symlink at the root. */
function aliases(path: ImagePath): ImagePath[] {
  const merged = /^(?:usr\/)?((?:s?bin|lib(?:32|64|x32)?)(?:\/.*)?)$/s.exec(path)?.[1];
  if (merged !== undefined) return [merged, `usr/${merged}`];
  const run = /^(?:var\/)?(run(?:\/.*)?)$/s.exec(path)?.[1];
  return run === undefined ? [path] : [run, `var/${run}`];
}

function copyStep(
  instruction: string | undefined,
  written: string | undefined,
  workdir: ImagePath | undefined,
): Step {
  const destination = place(written ?? "", workdir);
  return destination === undefined
    ? { kind: "unknown" }
    : { kind: "copy", instruction: instruction === "ADD" ? "ADD" : "COPY", destination };
}

function workdirStep(written: string, workdir: ImagePath | undefined): Step {
  const directory = place(written.trim(), workdir);
  return directory === undefined ? { kind: "unknown" } : { kind: "workdir", directory };
}

/** The path as the builder resolved it; undefined when that is not certain. */
function place(written: string, workdir: ImagePath | undefined): ImagePath | undefined {
  const path = bytesOf(written);
  if (path === "" || /[$"'\\\s]/.test(path)) return undefined;
  if (path.startsWith("/")) return cleanPath(path);
  return workdir === undefined ? undefined : resolveLink(`${workdir}/x`, path);
}
