import { serve } from "../shared/serve";
import { commandPlugin } from "./plugin";
import { killAll } from "./run";

// The commands are in process groups of their own, which nobody else ends when this process is ended.
process.once("exit", killAll);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));

void serve(commandPlugin);
