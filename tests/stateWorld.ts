import { mkdirSync, writeFileSync } from "node:fs";
import { cloudClients } from "./cloudClients";
import { type HoldingFront, startHoldingFront } from "./holdingFront";
import { succeeded } from "./stackInWorld";
import { World } from "./world";

/** Names of what the stack of `stateProgram.ts` has, by what they are. */
export interface Parts {
  compartments: string[];
  buckets: string[];
  /** Each with its index `note_idx`. */
  tables: string[];
  /** Log groups, each with a log of the same name. */
  logs: string[];
  repositories: string[];
  /** Images' tags, in the first repository. */
  images: string[];
}

export type Kind = keyof Parts;

/** Has this copy of the checkout run the program `stateProgram.ts` with these parts. */
export function prepareProgram(world: World, parts: Parts): void {
  world.edit("index.ts", () => `export = require("./tests/stateProgram");\n`);
  for (const folder of ["ddl", "image"]) mkdirSync(world.path(folder));
  writeFileSync(world.path("image", "Dockerfile"), "FROM scratch\nCOPY hello.txt /\n");
  writeFileSync(world.path("image", "hello.txt"), "hello\n");
  saveParts(world, parts);
}

export function saveParts(world: World, parts: Parts): void {
  writeFileSync(world.path("parts.json"), JSON.stringify(parts));
  for (const name of parts.tables) {
    const statement = `CREATE TABLE ${name} (id INTEGER, note STRING, PRIMARY KEY(id))`;
    writeFileSync(world.path("ddl", `${name}.ddl`), statement);
  }
}

/** A world whose stack is small, and which reaches its cloud and registry through a front that can hold requests. */
export interface StateWorld {
  world: World;
  front: HoldingFront;
  cloud: ReturnType<typeof cloudClients>;
  /** For the Pulumi CLI; without a stack. */
  environment: Record<string, string>;
}

/** `stopRegistries` ends the front. */
export async function startStateWorld(parts: Parts): Promise<StateWorld> {
  const world = await World.create();
  prepareProgram(world, parts);
  succeeded(await world.start());
  const settings = await world.cloudEnvironment();
  const { CLIENT_HOST_OVERRIDES: overrides = "", OCI_CLI_ENDPOINT: endpoint = "" } = settings;
  const front = await startHoldingFront(new URL(endpoint).host);
  const environment = {
    ...settings,
    CLIENT_HOST_OVERRIDES: overrides.replaceAll(endpoint, `http://${front.host}`),
    OCIR_HOST: front.host,
  };
  return { world, front, cloud: cloudClients(settings), environment };
}

export const noParts = (): Parts => ({
  compartments: [],
  buckets: [],
  tables: [],
  logs: [],
  repositories: [],
  images: [],
});
