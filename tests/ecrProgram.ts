import { readFileSync } from "node:fs";
import { AppImage } from "../components/appImage";
import { EcrRegistry, type EcrRegistryArgs } from "../components/ecrRegistry";
import { planBuilds } from "../images/buildPlan";

/** The stack of ecr.test.ts: a registry as `registry.json` has it, and one image. */
export = async () => {
  const args = JSON.parse(readFileSync("registry.json", "utf8")) as EcrRegistryArgs<"app">;
  const registry = await EcrRegistry.create("ecr", args);
  const repository = registry.repository("app");
  const { credentials } = registry;
  const { app: build } = await planBuilds({ app: { context: "image", version: "1.0.0" } });
  const { published } = new AppImage("app", { repository, credentials, build });
  return { host: registry.host, repository, image: published };
};
