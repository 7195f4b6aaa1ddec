import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { engineEnvironment } from "./engineAddress";
import { sshConnection } from "./sshAgent";

/**
 * Runs what reaches the engine by itself, with an environment in which it finds the one that `connectEngine` finds: Docker
 * contexts become DOCKER_HOST, and an engine behind `ssh` a socket here, which lasts as long as the run.
 * @throws EngineAddressError
 */
export async function withEngine<T>(
  environment: NodeJS.ProcessEnv,
  run: (environment: NodeJS.ProcessEnv) => Promise<T>,
): Promise<T> {
  const resolved = engineEnvironment(environment);
  const address = resolved.DOCKER_HOST ?? "";
  if (!address.startsWith("ssh://")) return run(resolved);

  // Only this user may look into it.
  const folder = await mkdtemp(path.join(tmpdir(), "engine-"));
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const connection = sshConnection(address, environment);
    // Why ssh ended is told by whoever connects first, the build; here the program sees a closed connection.
    connection.on("error", () => socket.destroy());
    socket.on("error", () => connection.destroy());
    socket.on("close", () => {
      sockets.delete(socket);
      connection.destroy();
    });
    socket.pipe(connection).pipe(socket);
  });
  try {
    const place = path.join(folder, "docker.sock");
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(place, resolve));
    return await run({ ...resolved, DOCKER_HOST: `unix://${place}` });
  } finally {
    server.close();
    for (const socket of sockets) socket.destroy();
    await rm(folder, { recursive: true, force: true });
  }
}
