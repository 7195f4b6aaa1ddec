import { serve } from "../shared/serve";
import { dockerPlugin } from "./plugin";

void serve(dockerPlugin);
