import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePort } from "../local/freePort";
import { run } from "../local/toolchain/run";
import { removeImages } from "./engineImages";

export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
  /** Both, as a terminal would show them. */
  output: string;
}

const checkout = path.resolve(__dirname, "..");
/** What a shell with another checkout's `cloud env` would bring along. */
const foreignVariables =
  /^(PULUMI_|AWS_|OCI_|OCIR_|TF_VAR_|CLIENT_HOST_OVERRIDES|LOCAL_|NODE_IMAGE|NODE_RUNTIME_IMAGE)/;

/** A fresh copy of the checkout with a local cloud of its own, used only through the commands a user has. */
export class World {
  private constructor(
    readonly folder: string,
    readonly port: number,
  ) {}

  static async create(): Promise<World> {
    const folder = mkdtempSync(path.join(tmpdir(), "world-"));
    const files = await run("git", ["ls-files", "-co", "--exclude-standard", "-z"], { cwd: checkout });
    for (const file of files.split("\0").filter((name) => name !== "")) {
      cpSync(path.join(checkout, file), path.join(folder, file));
    }
    symlinkSync(path.join(checkout, "node_modules"), path.join(folder, "node_modules"));
    return new World(folder, await freePort());
  }

  /** `npm start` */
  start(env: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
    return this.command("npm", ["start"], env);
  }

  /** `npm run pulumi -- ARGS` */
  pulumi(args: string[], env: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
    return this.command("npm", ["run", "--silent", "pulumi", "--", ...args], env);
  }

  /** `npm run cloud -- ACTION` */
  cloud(action: string): Promise<CommandResult> {
    return this.command("npm", ["run", "--silent", "cloud", "--", action]);
  }

  /** The variables that `npm run cloud -- env` exports. */
  async cloudEnvironment(): Promise<Record<string, string>> {
    const { stdout } = await this.cloud("env");
    const entries = [...stdout.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, name = "", value = ""]) => [
      name,
      value,
    ]);
    return Object.fromEntries(entries) as Record<string, string>;
  }

  /** Any program, in the world's folder. */
  command(program: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
    const inherited = Object.entries(process.env).filter(([name]) => !foreignVariables.test(name));
    const child = spawn(program, args, {
      cwd: this.folder,
      env: { ...Object.fromEntries(inherited), LOCAL_CLOUD_PORT: String(this.port), NO_COLOR: "1", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const result = { code: -1, stdout: "", stderr: "", output: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => {
        result[name] += text;
        result.output += text;
      });
    }
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve({ ...result, code: code ?? -1 }));
    });
  }

  path(...parts: string[]): string {
    return path.join(this.folder, ...parts);
  }

  /** Changes a file of the world's checkout; `restore` brings the checkout's text back. */
  edit(file: string, change: (text: string) => string): void {
    writeFileSync(this.path(file), change(readFileSync(this.path(file), "utf8")));
  }

  restore(file: string): void {
    cpSync(path.join(checkout, file), this.path(file));
  }

  /** With the images of its registry in the Docker Engine. */
  async remove(): Promise<void> {
    await this.cloud("stop");
    rmSync(this.folder, { recursive: true, force: true });
    await removeImages(`127.0.0.1:${this.port}`);
  }
}
