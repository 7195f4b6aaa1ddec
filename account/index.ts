export {
  type Account,
  accountEnvironment,
  AccountError,
  type AccountOverrides,
  loadAccount,
} from "./account";
export { registryToken, type SendRequest, signedRequest, type SignedRequest } from "./signedRequest";
