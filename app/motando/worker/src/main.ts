import { publishUntil } from "./loop";
import { Publisher } from "./publisher";
import { buildServer } from "./server";

const DEFAULT_INTERVAL = 1000;

async function main(): Promise<void> {
  const { env } = process;
  const publisher = env.MOTANDO_DATA_DIR ? new Publisher(env.MOTANDO_DATA_DIR) : undefined;
  const server = buildServer({ version: env.APP_VERSION ?? "0.0.0-dev", publisher, logger: true });
  const stopping = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      server.log.info(`${signal}: finishing the ad under way.`);
      stopping.abort();
      void server.close();
    });
  }
  await server.listen({ host: env.HOST ?? "127.0.0.1", port: Number(env.PORT ?? 8080) });
  if (!publisher) return;
  await publisher
    .prepare()
    .catch((error: unknown) => server.log.error(error, "The data directory cannot be prepared."));
  await publishUntil(stopping.signal, publisher, interval(env.MOTANDO_INTERVAL_MS), server.log);
}

function interval(text: string | undefined): number {
  if (text === undefined) return DEFAULT_INTERVAL;
  if (!/^[1-9]\d{1,5}$/.test(text))
    throw new Error(`MOTANDO_INTERVAL_MS is ${text}: it must be 10 to 999999.`);
  return Number(text);
}

main().catch((error: unknown) => {
  process.stderr.write(
    `The worker cannot start: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exit(1);
});
