import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { existsSync } from "node:fs";
import { imageTagProblem } from "../formats/imageTag";
import type { ScanReport } from "../formats/scanReport";
import { ImageGate, type ImageGateSettings } from "./imageGate";
import type { RegistryLogin } from "./imageRegistry";
import { ValidatedComponent } from "./validatedComponent";

export interface AppImageArgs {
  /** Path of an existing repository, `host/namespace/repository`. */
  repository: pulumi.Input<string>;
  /** The image's tag: a strict semantic version, such as `1.0.0`. Raise it with every change of the application. */
  version: string;
  /** Folder that is built, relative to the project. */
  context: string;
  /** Dockerfile, relative to the project. Default `Dockerfile` in the context. */
  dockerfile?: string;
  /** Stage of the Dockerfile that is built. Default the last. */
  target?: string;
  /** Build arguments beside `VERSION`, which is always given; in plain sight, so no secret. Default none. */
  buildArgs?: Record<string, string>;
  /** `os/architecture`. Default `linux/amd64`. */
  platform?: string;
  /** Login to the registry. */
  credentials: RegistryLogin;
  /** Scan the image before it is pushed. Default: it is not scanned. */
  gate?: ImageGateSettings;
}

export interface PublishedImage {
  /** `repository:version`. */
  reference: pulumi.Output<string>;
  /** `sha256:` and 64 hex digits: the pushed manifest's. */
  digest: pulumi.Output<string>;
  /** `repository@digest`: this image for ever, whatever happens to the tag. */
  uri: pulumi.Output<string>;
}

/** An application's image: built by the Docker Engine from its own Dockerfile and pushed to its repository. */
export class AppImage extends ValidatedComponent {
  readonly published: PublishedImage;
  /** What was found before the push; undefined without a gate. */
  readonly scan: pulumi.Output<ScanReport> | undefined;

  constructor(name: string, args: AppImageArgs, options?: pulumi.ComponentResourceOptions) {
    super("AppImage", name, imageProblems(args), options);
    const { server, username, password } = args.credentials;
    const reference = pulumi.interpolate`${args.repository}:${args.version}`;
    const build = {
      context: args.context,
      dockerfile: dockerfile(args),
      target: args.target,
      args: { VERSION: args.version, ...args.buildArgs },
      platform: args.platform ?? "linux/amd64",
    };
    const gate =
      args.gate && new ImageGate(name, { ...args.gate, imageName: reference, build }, { parent: this });
    const image = new docker.Image(
      name,
      { imageName: reference, build, registry: { server, username, password } },
      { parent: this, dependsOn: gate },
    );
    this.scan = gate?.report;
    const digest = image.repoDigest.apply((repoDigest) => this.requiredDigest(repoDigest));
    this.published = { reference, digest, uri: pulumi.interpolate`${args.repository}@${digest}` };
    this.registerOutputs({ ...this.published });
  }

  private requiredDigest(repoDigest: string | undefined): string {
    const digest = pushedDigest(repoDigest);
    if (digest === undefined) {
      throw this.failure([
        `the push reported ${repoDigest ? `"${repoDigest}"` : "nothing"} instead of the image's digest; see whether the ` +
          "image is in the registry, and run the update again",
      ]);
    }
    return digest;
  }
}

/** The digest in `repository@sha256:…`; undefined where there is none, as after a push that went wrong unnoticed. */
export function pushedDigest(repoDigest: string | undefined): string | undefined {
  return /@(sha256:[0-9a-f]{64})$/.exec(repoDigest ?? "")?.[1];
}

function dockerfile({ context, dockerfile }: AppImageArgs): string {
  return dockerfile ?? `${context}/Dockerfile`;
}

function imageProblems(args: AppImageArgs): string[] {
  const problems: string[] = [];
  const tagProblem = imageTagProblem(args.version);
  if (tagProblem !== undefined) {
    problems.push(`version ${tagProblem}`);
  }
  if (!existsSync(dockerfile(args))) {
    problems.push(`there is no Dockerfile at ${dockerfile(args)}; give its place in dockerfile`);
  }
  if (args.platform !== undefined && !/^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9]+)?$/.test(args.platform)) {
    problems.push(`platform "${args.platform}" is not os/architecture, such as "linux/amd64"`);
  }
  return problems;
}
