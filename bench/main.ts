import { Failure, runCommand } from "../local/toolchain/failure";

/** Each benchmark loads only when it is run. */
const benchmarks: Record<string, () => Promise<{ default: () => Promise<void> }>> = {
  extract: () => import("./extract"),
  images: () => import("./images"),
  scale: () => import("./scale"),
  up: () => import("./up"),
};

/** `npm run bench -- NAME` */
runCommand(async () => {
  const name = process.argv[2] ?? "";
  const load = benchmarks[name];
  if (!load) {
    throw new Failure(`There is no benchmark "${name}": it is one of ${Object.keys(benchmarks).join(", ")}.`);
  }
  await (await load()).default();
  return 0;
});
