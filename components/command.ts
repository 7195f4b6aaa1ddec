import * as pulumi from "@pulumi/pulumi";
import { type AccountOverrides, accountEnvironment } from "../account";
import type { RegistryCredentials } from "./registryCredentials";

/** Who a command is that Pulumi runs, towards a registry. */
export interface CommandLogin {
  /** A long-lived login to the registry. Default: the command signs a request of its own when it runs. */
  credentials?: RegistryCredentials;
  /** Account settings for that request, which win over the environment and the configuration file. Default none. */
  account?: AccountOverrides;
}

/** What the command logs in with. Short-lived tokens stay out: a new value would make every run a change. */
export function commandEnvironment({
  credentials,
  account = {},
}: CommandLogin): pulumi.Input<Record<string, pulumi.Input<string>>> | undefined {
  if (credentials?.longLived) {
    return { OCIR_USERNAME: credentials.username, OCIR_PASSWORD: credentials.password };
  }
  const environment = accountEnvironment(account);
  return Object.keys(environment).length === 0 ? undefined : pulumi.secret(environment);
}

/** One word for the shell. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
