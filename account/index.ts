export {
  type Account,
  accountEnvironment,
  AccountError,
  type AccountOverrides,
  loadAccount,
} from "./account";
export { registryToken, signedRequest, type SignedRequest } from "./signedRequest";
