import type { DeployedFunction } from "../functions/findFunction";
import type { Extraction } from "../extractSource";
import { shown } from "../imagePath";

/** What a function needs beside its code: the content of `function.json`. Names of variables only: values may be secret. */
export interface FunctionFacts {
  /** The image's full reference as asked for. */
  image: string;
  digest: string;
  /** `os/architecture[/variant]` */
  platform?: string;
  /** When the image was built. */
  created?: string;
  /** Where in the image the code is. */
  path: string;
  entrypoint: string[];
  cmd: string[];
  workingDirectory?: string;
  user?: string;
  /** Names of the image's environment variables. */
  environment: string[];
  labels: Record<string, string>;
  /** Such as `8080/tcp`. */
  exposedPorts: string[];
  /** Whether the code has a `func.yaml`, which the Fn tools need to deploy it again. */
  hasFuncYaml: boolean;
  /** When the function was named, not its image alone. */
  function?: DeployedFunction;
}

export const functionFileName = "function.json";

export function functionFactsOf(extraction: Extraction, deployed?: DeployedFunction): FunctionFacts {
  const { image, digest, config, path, tree } = extraction;
  const { os, architecture, variant, created } = config;
  const { Entrypoint, Cmd, WorkingDir, User, Env, Labels, ExposedPorts } = config.config ?? {};
  const platform = [os, architecture, variant].filter((part) => part).join("/");
  return {
    image,
    digest,
    ...(platform !== "" && { platform }),
    ...(isText(created) && { created }),
    path: shown(path),
    entrypoint: texts(Entrypoint),
    cmd: texts(Cmd),
    ...(isText(WorkingDir) && { workingDirectory: WorkingDir }),
    ...(isText(User) && { user: User }),
    environment: texts(Env).map((variable) => variable.split("=")[0] ?? ""),
    labels: Object.fromEntries(Object.entries(Labels ?? {}).filter(([, value]) => typeof value === "string")),
    exposedPorts: Object.keys(ExposedPorts ?? {}),
    hasFuncYaml: tree.get("func.yaml")?.kind === "file",
    ...(deployed !== undefined && { function: deployed }),
  };
}

export function functionFileText(facts: FunctionFacts): string {
  return `${JSON.stringify(facts, undefined, 2)}\n`;
}

/** Whether it is a text with something in it: an image's configuration may be anything. */
function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}
