import * as local from "@pulumi/command/local";
import * as pulumi from "@pulumi/pulumi";
import { type AccountOverrides, accountEnvironment } from "../account";
import type { RegistryLogin } from "./imageRegistry";

/** Who a command is that Pulumi runs, towards a registry. */
export interface CommandLogin {
  /** A long-lived login to the registry. Default: the command signs a request of its own when it runs. */
  credentials?: RegistryLogin;
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

export interface PublishStepArgs extends CommandLogin {
  /** The pushed image, `repository@digest`. */
  uri: pulumi.Input<string>;
  /** What follows the image on the command line, a blank first. */
  options: string;
  /** What runs the step again beside another image. Default nothing. */
  triggers?: pulumi.Input<string>[];
}

/** A step of `dist/publish.js` on a pushed image; its standard output is the step's document. */
export function publishStep(
  name: string,
  step: "sbom" | "sign" | "tag",
  { options, triggers = [], ...args }: PublishStepArgs,
  resourceOptions: pulumi.ResourceOptions,
): local.Command {
  const uri = pulumi.output(args.uri);
  return new local.Command(
    name,
    {
      create: pulumi.interpolate`node dist/publish.js ${step} ${uri.apply(shellWord)}${options}`,
      triggers: [uri, ...triggers],
      logging: "none",
      addPreviousOutputInEnv: false,
      environment: commandEnvironment(args),
    },
    // A new trigger replaces the command; with no `delete` command that does no harm.
    resourceOptions,
  );
}

/** One word for the shell. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
