import { buildServer } from "./server";
import { Store } from "./store";

async function main(): Promise<void> {
  const { env } = process;
  const store = env.MOTANDO_DATA_DIR ? new Store(env.MOTANDO_DATA_DIR) : undefined;
  const server = buildServer({ version: env.APP_VERSION ?? "0.0.0-dev", store, logger: true });
  await store
    ?.prepare()
    .catch((error: unknown) => server.log.error(error, "The data directory cannot be prepared."));
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      server.log.info(`${signal}: finishing the requests under way.`);
      void server.close();
    });
  }
  await server.listen({ host: env.HOST ?? "127.0.0.1", port: Number(env.PORT ?? 8080) });
}

main().catch((error: unknown) => {
  process.stderr.write(`Motando cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
