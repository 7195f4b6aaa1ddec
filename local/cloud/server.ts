import { resolve } from "node:path";
import { registerRegistry } from "../registry/registerRegistry";
import { startCloud } from "./cloudServer";

/**
 * The daemon's entry point. LOCAL_STATE_DIR (default `.local`) and LOCAL_CLOUD_PORT (default 12100) are its settings.
 */
async function main(): Promise<void> {
  const stateDir = resolve(process.env["LOCAL_STATE_DIR"] ?? ".local");
  const portText = process.env["LOCAL_CLOUD_PORT"] ?? "12100";
  const port = Number(portText);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new Error(`LOCAL_CLOUD_PORT must be a port number, not ${portText}.`);
  }
  try {
    const server = await startCloud({ stateDir, port, registerRegistry });
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      process.once(signal, () => void server.close().then(() => process.exit(0)));
    }
    process.stdout.write(`listening ${server.url}\n`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") {
      throw new Error(
        `Port ${port} on 127.0.0.1 is taken by another program: stop it, or set LOCAL_CLOUD_PORT to a free port.`,
      );
    }
    throw error;
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`The local cloud did not start: ${(error as Error).message}\n`);
  process.exit(1);
});
