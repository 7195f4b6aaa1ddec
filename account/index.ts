export { type Account, AccountError, type AccountOverrides, loadAccount } from "./account";
export { registryToken, signedRequest, type SignedRequest } from "./signedRequest";
