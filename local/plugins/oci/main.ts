import { serve } from "../shared/serve";
import { ociPlugin } from "./plugin";

void serve(ociPlugin(process.env));
