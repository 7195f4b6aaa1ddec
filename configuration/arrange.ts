import * as pulumi from "@pulumi/pulumi";
import type { CheckedSettings } from "./problems";
import { PROJECT } from "./settings";

/** The configuration as the program uses it: what belongs together is together, and secrets are secret. */
export function arrange(data: CheckedSettings) {
  const {
    fotogalVersion,
    motandoWebappVersion,
    motandoWorkerVersion,
    protect,
    registryCredentials,
    registryUsername,
    registryPassword,
    fotogalSessionKey,
    fotogalCsrfKey,
    fotogalAuthCookieKey,
    maximumContextMiB,
    ...others
  } = data;
  return {
    ...others,
    /** What most components take alike. */
    common: { protectData: protect, freeformTags: stackTags() },
    /** Image → version. */
    versions: {
      fotogal: fotogalVersion,
      "motando-webapp": motandoWebappVersion,
      "dramatiq-classifiedad": motandoWorkerVersion,
    },
    maximumContextBytes: maximumContextMiB * 1024 ** 2,
    /** Build arguments that name base images, from the environment; without them the Dockerfiles name the public ones. */
    baseImages: baseImages(),
    registryLogin: {
      mode: registryCredentials,
      username: registryUsername,
      password: secret(registryPassword),
    },
    /** By the environment variables that FotoGal reads them from. */
    fotogalKeys: {
      SESSION_KEY: secret(fotogalSessionKey),
      CSRF_KEY: secret(fotogalCsrfKey),
      AUTH_COOKIE_KEY: secret(fotogalAuthCookieKey),
    },
  };
}

function secret(value: string | undefined): pulumi.Output<string> | undefined {
  return value === undefined ? undefined : pulumi.secret(value);
}

function baseImages(): Record<string, string> {
  return Object.fromEntries(
    ["NODE_IMAGE", "NODE_RUNTIME_IMAGE"].flatMap((key) => {
      const value = process.env[key];
      return value ? [[key, value]] : [];
    }),
  );
}

function stackTags(): Record<string, string> {
  const environment = pulumi.getStack();
  return { environment, project: PROJECT, stack: `${PROJECT}/${environment}` };
}
