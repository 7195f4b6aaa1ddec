import { startHost } from "./olderHost";
import { serve } from "./serve";

/**
 * `pulumi-language-nodejs` where only a language host from before policy packs' `RunPlugin` can be had: it starts the packs
 * itself and passes everything else on. Arguments: that host's executable, then what it is started with.
 */
async function main(): Promise<void> {
  const [executable = "", ...args] = process.argv.slice(2);
  const host = await startHost(executable, args);
  const { port } = await serve(host.port);
  process.stdout.write(`${port}\n`);
  host.showOutput();
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
