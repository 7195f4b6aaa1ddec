import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { Agent } from "node:http";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";

/** Characters of the program's last words that an error repeats. */
const mostWords = 1000;

/**
 * Connections to an engine behind `ssh`, as the Docker CLI makes them: the user's own `ssh` program, with its
 * configuration, keys and agent, runs `docker system dial-stdio` there.
 */
export class SshAgent extends Agent {
  /** @param address `ssh://[user@]host[:port][/path of the engine's socket]` */
  constructor(
    private readonly address: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {
    // To connect takes a while: one connection serves several requests.
    super({ keepAlive: true });
  }

  override createConnection(): Duplex {
    return sshConnection(this.address, this.environment);
  }

  /** The agent's own would set a socket's options; `ssh` has settings of its own for those. */
  override keepSocketAlive(connection: Duplex): boolean {
    if (connection instanceof ProgramConnection) connection.unref();
    return true;
  }

  override reuseSocket(connection: Duplex): void {
    if (connection instanceof ProgramConnection) connection.ref();
  }
}

/** One connection to the engine at such an address. */
export function sshConnection(address: string, environment: NodeJS.ProcessEnv): Duplex {
  return new ProgramConnection("ssh", sshArguments(address), environment);
}

/** Arguments of `ssh`; never a host or user that it would take for an option. */
function sshArguments(address: string): string[] {
  const { username, hostname, port, pathname } = new URL(address);
  const socket = decodeURIComponent(pathname);
  const engine = socket.replaceAll("/", "") === "" ? "" : ` ${shellWord(`--host=unix://${socket}`)}`;
  return [
    ...(username === "" ? [] : ["-l", decodeURIComponent(username)]),
    ...(port === "" ? [] : ["-p", port]),
    ...["-o", "ConnectTimeout=30", "-T", "--"],
    // Without the brackets of an IPv6 address.
    hostname.replace(/^\[|\]$/g, ""),
    `docker${engine} system dial-stdio`,
  ];
}

/** For the shell at the other end. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A program's standard input and output as one connection. */
class ProgramConnection extends Duplex {
  readonly #child: ChildProcessWithoutNullStreams;

  constructor(program: string, args: string[], env: NodeJS.ProcessEnv) {
    super();
    // A session of its own: Ctrl-C is for this process, which may still have something to tell the engine.
    const child = spawn(program, args, { env, detached: true });
    this.#child = child;
    let words = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      words = (words + text).slice(-mostWords);
    });
    child.stdout.on("data", (chunk: Buffer) => {
      if (!this.push(chunk)) child.stdout.pause();
    });
    child.stdin.on("error", () => undefined);
    child.on("error", (error) =>
      this.destroy(new Error(`${program} cannot be started: ${error.message}`, { cause: error })),
    );
    child.on("close", (code, signal) => {
      if (code === 0) {
        this.push(null);
        return;
      }
      const end = code === null ? `signal ${String(signal)}` : `exit code ${code}`;
      const said = words
        .trim()
        .split(/\s*\n\s*/)
        .join("; ");
      this.destroy(new Error(`${program} ended with ${end}${said === "" ? "" : `: ${said}`}`));
    });
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: () => void): void {
    this.#child.stdin.write(chunk, encoding, (error) => {
      // A program that reads no more is about to end: its reason is told then.
      if (!error) done();
    });
  }

  override _final(done: () => void): void {
    this.#child.stdin.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#child.stdout.destroy();
    this.#child.kill();
    done(error);
  }

  /** An idle connection keeps no process running. */
  unref(): void {
    this.#each("unref");
  }

  ref(): void {
    this.#each("ref");
  }

  #each(action: "ref" | "unref"): void {
    const { stdin, stdout, stderr } = this.#child;
    for (const end of [this.#child, stdin, stdout, stderr]) (end as unknown as Socket)[action]();
  }
}
