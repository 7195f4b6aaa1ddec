export {
  type Account,
  accountEnvironment,
  AccountError,
  type AccountOverrides,
  loadAccount,
} from "./account";
export { serviceEndpoint, type ServicePlace } from "./serviceEndpoint";
export { registryToken, type SendRequest, signedRequest, type SignedRequest } from "./signedRequest";
