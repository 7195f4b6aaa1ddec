import { args, exitWith, processContext } from "../commandLine/process";
import { runCommand } from "./command";

exitWith(runCommand(args, processContext()));
