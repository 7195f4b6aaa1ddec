import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/**
 * Calls with a copy of the stack's configuration file, which is removed afterwards: what a preview would be with other settings.
 * @param stack may begin with an organization
 */
export async function withCopiedConfig<T>(
  stack: string,
  folder: string,
  environment: NodeJS.ProcessEnv,
  use: (file: string) => Promise<T>,
): Promise<T> {
  const name = `Pulumi.${stack.split("/").at(-1) ?? stack}.yaml`;
  const file = environment.PULUMI_OPTION_CONFIG_FILE ?? path.join(folder, name);
  const copies = mkdtempSync(path.join(tmpdir(), "adopt-"));
  try {
    const copy = path.join(copies, name);
    if (existsSync(file)) copyFileSync(file, copy);
    else writeFileSync(copy, "");
    return await use(copy);
  } finally {
    rmSync(copies, { recursive: true, force: true });
  }
}
