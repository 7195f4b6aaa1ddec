import type { RegistryCredentialsArgs } from "../components/registryCredentials";
import type { BuildRequest } from "../images/buildPlan";

/** What images.test.ts asks for by configuration `image:request`. */
export interface ImageRequest {
  repository: string;
  login: RegistryCredentialsArgs;
  build: BuildRequest;
}
