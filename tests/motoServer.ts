import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { ensurePythonTool } from "./pythonTools";
import { freePort } from "../local/freePort";

/** Its server loads a service's code when that is asked for, so the packages of all the others are left out. */
const moto = {
  package: "moto==5.2.5",
  with: ["flask==3.1.3", "flask-cors==6.0.5"],
  executable: "moto_server",
};

/** The account that moto plays. */
export const motoAccount = "123456789012";
/** What moto gives as the password in ECR's authorization token. */
export const motoPassword = `${motoAccount}-auth-token`;

/** Starts moto, which answers AWS's APIs from memory, on a loopback port. Answers its URL, and what ends it. */
export async function startMoto(): Promise<{ url: string; stop: () => Promise<void> }> {
  const program = await ensurePythonTool(moto);
  const port = await freePort();
  const child = spawn(program, ["--host", "127.0.0.1", "--port", String(port)], { stdio: "ignore" });
  const stop = async () => {
    if (child.exitCode !== null) return;
    const ended = once(child, "exit");
    // It lives on after a plain one, and has nothing to put in order.
    child.kill("SIGKILL");
    await ended;
  };
  const url = `http://127.0.0.1:${port}`;
  for (const deadline = Date.now() + 60_000; Date.now() < deadline && child.exitCode === null;) {
    const answers = await fetch(`${url}/moto-api/data.json`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answers) return { url, stop };
    await delay(50);
  }
  await stop();
  throw new Error(`${program} does not answer on ${url}.`);
}

/** Passes requests on to `target`, and its answers back with one text put for another. */
export function newRewritingFront(target: string, [from, to]: [string, string]): Server {
  return createServer((incoming, response) => {
    void (async () => {
      const parts = (await incoming.toArray()) as Buffer[];
      const headers = Object.entries(incoming.headersDistinct).flatMap(([name, values = []]) =>
        // Those are the connection's own.
        /^(host|connection|content-length|expect)$/.test(name)
          ? []
          : values.map((value): [string, string] => [name, value]),
      );
      const { method = "GET", url = "/" } = incoming;
      const body = parts.length > 0 ? Buffer.concat(parts) : undefined;
      const answer = await fetch(target + url, { method, headers, body });
      const type = answer.headers.get("content-type") ?? "application/x-amz-json-1.1";
      const text = await answer.text();
      response.writeHead(answer.status, { "content-type": type }).end(text.replaceAll(from, to));
    })();
  });
}
