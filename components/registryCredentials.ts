import * as identity from "@pulumi/oci/identity";
import * as pulumi from "@pulumi/pulumi";
import { AccountError, type AccountOverrides, loadAccount, registryToken } from "../account";
import type { FoundCredential } from "../extract/registry/credentials";
import { refusal } from "../lookup";
import type { RegistryLogin } from "./imageRegistry";
import { ValidatedComponent } from "./validatedComponent";

export interface RegistryCredentialsArgs {
  /** The registry's host, such as `gru.ocir.io`. */
  registryHost: string;
  /** The tenancy's Object Storage namespace. */
  namespace: string;
  /**
   * `session`: a token of one hour, got with the account's API key when the program runs; nothing to keep.
   * `authToken`: an auth token made for the account's user, who may have two at most.
   * `existing`: `username` and `password` below.
   */
  mode: "session" | "authToken" | "existing";
  /**
   * For `existing`: `USER`, `oracleidentitycloudservice/USER` or `DOMAIN/USER`, with or without `NAMESPACE/` before it. For
   * `authToken` it defaults to the name of the account's user.
   */
  username?: string;
  /** For `existing`: an auth token of that user. */
  password?: pulumi.Input<string>;
  /** Account settings that win over the environment and the configuration file. Default none. */
  account?: AccountOverrides;
  /** Provider of the tenancy's home region, where auth tokens are made. Default: the component's. */
  homeRegion?: pulumi.ProviderResource;
}

/** OCI's limit. */
const TOKENS_OF_A_USER = 2;

/** A login to the container registry. */
export class RegistryCredentials extends ValidatedComponent implements RegistryLogin {
  readonly server: string;
  readonly username: string;
  /** Secret. In a preview, which pushes nothing, mode `session` has a placeholder here. */
  readonly password: pulumi.Output<string>;
  /** Whether the password stays the same from one run to the next. */
  readonly longLived: boolean;
  /** In a preview, mode `session` gets its token when somebody asks for it. */
  private reading: Promise<string | AccountError> | undefined;

  /**
   * Gets the session's token, or finds the auth token's user, before anything is made.
   * @throws pulumi.RunError where there is no account, the registry gives no token, or the user can have no further auth token.
   */
  static async create(
    name: string,
    args: RegistryCredentialsArgs,
    options?: pulumi.ComponentResourceOptions,
  ): Promise<RegistryCredentials> {
    try {
      const sessionToken = args.mode === "session" ? await getSessionToken(args) : undefined;
      const user = args.mode === "authToken" ? await findUser(name, args) : undefined;
      return new RegistryCredentials(name, args, { sessionToken, user }, options);
    } catch (error) {
      throw pulumi.ResourceError.isInstance(error) ? error : refusal(error);
    }
  }

  private constructor(
    name: string,
    private readonly args: RegistryCredentialsArgs,
    found: { sessionToken?: string; user?: AccountUser },
    options?: pulumi.ComponentResourceOptions,
  ) {
    super("RegistryCredentials", name, credentialsProblems(args), options);
    this.server = args.registryHost;
    this.longLived = found.sessionToken === undefined;
    if (found.sessionToken !== undefined) {
      this.username = "BEARER_TOKEN";
      this.password = pulumi.secret(found.sessionToken);
    } else if (found.user !== undefined) {
      const token = new identity.AuthToken(
        name,
        { userId: found.user.id, description: tokenDescription(name) },
        { parent: this, provider: args.homeRegion, additionalSecretOutputs: ["token"] },
      );
      this.username = withNamespace(args.namespace, args.username ?? found.user.name);
      this.password = pulumi.secret(token.token);
    } else {
      this.username = withNamespace(args.namespace, args.username ?? "");
      this.password = pulumi.secret(args.password ?? "");
    }
    const { server, username, password } = this;
    // A session's password is left out: registered, it would be a new value in the state at every run.
    this.registerOutputs({ server, username, ...(this.longLived && { password }) });
  }

  forReading(): pulumi.Output<FoundCredential> {
    const { username, longLived, args } = this;
    const found = (password: string) => ({
      credential: { username, password },
      source: "the stack's registry login",
    });
    if (longLived || !pulumi.runtime.isDryRun()) return this.password.apply(found);
    this.reading ??= registryTokenIfAny(args);
    return pulumi.secret(
      this.reading.then((token) => (token instanceof Error ? { problem: token.message } : found(token))),
    );
  }
}

interface AccountUser {
  id: string;
  /** With its identity provider or domain, if it has one. */
  name: string;
}

async function getSessionToken({ registryHost, account }: RegistryCredentialsArgs): Promise<string> {
  return pulumi.runtime.isDryRun()
    ? "got when the stack is updated"
    : registryToken(loadAccount(account), registryHost);
}

/** The account may have no key here, or no network: a preview goes on without. */
async function registryTokenIfAny({
  account,
  registryHost,
}: RegistryCredentialsArgs): Promise<string | AccountError> {
  try {
    return await registryToken(loadAccount(account), registryHost);
  } catch (error) {
    if (error instanceof AccountError) return error;
    throw refusal(error);
  }
}

/** The account's user. Fails when that user can have no further token. */
async function findUser(
  name: string,
  { account, homeRegion }: RegistryCredentialsArgs,
): Promise<AccountUser> {
  const { userId } = loadAccount(account);
  const [user, { tokens }] = await Promise.all([
    identity.getUser({ userId }, { provider: homeRegion }),
    identity.getAuthTokens({ userId }, { provider: homeRegion }),
  ]);
  const live = tokens.filter(({ state }) => !/^delet/i.test(state));
  const ours = live.some(({ description }) => description === tokenDescription(name));
  if (!ours && live.length >= TOKENS_OF_A_USER) {
    const list = live.map(({ id, description }) => `\n  ${id} ("${description}")`).join("");
    throw new pulumi.RunError(
      `User ${user.name} has ${live.length} auth tokens already, the most that OCI allows. Delete one with \`oci iam auth-token ` +
        `delete --user-id ${userId} --auth-token-id OCID\`, or set registryCredentials to session:${list}`,
    );
  }
  return { id: userId, name: user.name };
}

/** Also tells our token from the user's others. */
function tokenDescription(name: string): string {
  return `${pulumi.getProject()} ${pulumi.getStack()}: ${name}`;
}

function withNamespace(namespace: string, username: string): string {
  return username.startsWith(`${namespace}/`) ? username : `${namespace}/${username}`;
}

function credentialsProblems({ mode, username, password }: RegistryCredentialsArgs): string[] {
  if (mode !== "existing") {
    return [];
  }
  return [
    ...(username ? [] : ["username is missing; give the registry user's name"]),
    ...(password ? [] : ["password is missing; give an auth token of the registry user, as a secret"]),
  ];
}
