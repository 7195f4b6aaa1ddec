import { readConfiguration } from "./config";
import { connectPictures } from "./pictures";
import { buildServer } from "./server";

async function main(): Promise<void> {
  const { env } = process;
  const configuration = readConfiguration(env);
  const server = buildServer({
    version: env.APP_VERSION ?? "0.0.0-dev",
    configuration,
    pictures: configuration.config && connectPictures(configuration.config, env),
    logger: true,
  });
  for (const problem of configuration.problems ?? []) server.log.warn(`Not ready: ${problem}.`);
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      server.log.info(`${signal}: finishing the requests under way.`);
      void server.close();
    });
  }
  await server.listen({ host: env.HOST ?? "127.0.0.1", port: Number(env.PORT ?? 8080) });
}

main().catch((error: unknown) => {
  process.stderr.write(`FotoGal cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
