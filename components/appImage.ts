import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { AccountOverrides } from "../account";
import { reasonOf } from "../extract/errors";
import type { FoundCredential } from "../extract/registry/credentials";
import { MOVING_TAGS, type MovingTag } from "../formats/imageTag";
import type { ScanReport } from "../formats/scanReport";
import { type BuildPlan, withOrigin } from "../images/buildPlan";
import { publishStep, shellWord } from "./command";
import { ImageGate, type ImageGateSettings } from "./imageGate";
import type { RegistryLogin } from "./imageRegistry";
import { ValidatedComponent } from "./validatedComponent";

export interface AppImageArgs {
  /** Path of an existing repository, `host/namespace/repository`. */
  repository: pulumi.Input<string>;
  /** What is built, and the version under which it is published: of `planBuilds`, which has looked at the files. */
  build: BuildPlan;
  /** Login to the registry. */
  credentials: RegistryLogin;
  /**
   * Further tags that follow the releases: of 1.2.3 `minor` is 1.2, `major` is 1; each on the greatest version that it stands for, and a
   * prerelease moves none. Only where the repository lets tags be overwritten. Default none.
   */
  movingTags?: readonly MovingTag[];
  /** Whether the repository refuses to overwrite tags. Default false. */
  immutableTags?: boolean;
  /** Account settings for the request that moves tags, as in `CommandLogin`. Default none. */
  account?: AccountOverrides;
  /** Scan the image before it is pushed. Default: it is not scanned. */
  gate?: ImageGateSettings;
}

/** How a pushed image is referred to. */
export interface PublishedImage {
  /** `repository:version`. */
  reference: pulumi.Output<string>;
  /** `sha256:` and 64 hex digits: the pushed manifest's. */
  digest: pulumi.Output<string>;
  /** `repository@digest`: this image for ever, whatever happens to the tag. */
  uri: pulumi.Output<string>;
}

/**
 * An application's image: built by the Docker Engine from its own Dockerfile and pushed to its repository. A version that is published
 * with another content is refused, in a preview too; with the same content it is no change.
 */
export class AppImage extends ValidatedComponent {
  /** The image in its repository. */
  readonly published: PublishedImage;
  /** What was found before the push; undefined without a gate. */
  readonly scan: pulumi.Output<ScanReport> | undefined;
  /** The moving tags that are on this version now; undefined where none were asked for. */
  readonly movedTags: pulumi.Output<string[]> | undefined;

  constructor(name: string, args: AppImageArgs, options?: pulumi.ComponentResourceOptions) {
    super("AppImage", name, imageProblems(args), options);
    const { server, username, password } = args.credentials;
    const { context, dockerfile, target, platform, version } = args.build;
    const reference = pulumi.interpolate`${args.repository}:${version}`;
    const build = { context, dockerfile, target, platform, args: this.buildArguments(args) };
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
    const { movingTags = [] } = args;
    if (movingTags.length > 0) this.movedTags = this.moveTags(name, movingTags, args);
    this.registerOutputs({ ...this.published, movedTags: this.movedTags });
  }

  private moveTags(name: string, tags: readonly MovingTag[], args: AppImageArgs): pulumi.Output<string[]> {
    const { version } = args.build;
    const options = ` --image-version ${shellWord(version)} --tags ${tags.join(",")}`;
    const step = { ...args, uri: this.published.uri, options, triggers: [tags.join()] };
    const command = publishStep(`${name}-tags`, "tag", step, { parent: this });
    return command.stdout.apply((stdout) => (JSON.parse(stdout) as { tags: string[] }).tags);
  }

  /**
   * The plan's; where the same content is published already, those that it was built with: a commit that leaves the content alone, such as
   * one that is rebased, is no change.
   */
  private buildArguments({
    repository,
    build,
    credentials,
  }: AppImageArgs): pulumi.Output<Record<string, string>> {
    const published = pulumi.all([repository, credentials.forReading()]).apply(async ([path, found]) => {
      const origin = await this.publishedOrigin(build, path, found);
      return origin === undefined ? { ...build.args } : withOrigin(build.args, origin);
    });
    // Of the login, which is secret, nothing is in them.
    return pulumi.unsecret(published);
  }

  private async publishedOrigin(
    build: BuildPlan,
    repository: string,
    found: FoundCredential,
  ): Promise<Record<string, string> | undefined> {
    const reference = `${repository}:${build.version}`;
    const notChecked = (reason: string) =>
      void pulumi.log.warn(
        `Whether ${reference} is published with another content was not checked: ${reason}`,
        this,
      );
    if (found.credential === undefined) {
      notChecked(found.problem ?? "there is no login to the registry.");
      return undefined;
    }
    const { publishedVersion } = await import("../images/publishedVersion");
    const published = await publishedVersion(build, repository, found.credential).catch((error: unknown) => {
      throw this.failure([reasonOf(error)]);
    });
    if (published === undefined) return undefined;
    if (published.content === undefined) {
      notChecked("it has no label dev.fotogal-motando.content; its Dockerfile sets none.");
      return undefined;
    }
    return published.args;
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

function imageProblems({ movingTags = [], immutableTags }: AppImageArgs): string[] {
  const unknown = movingTags.filter((tag) => !MOVING_TAGS.includes(tag));
  return [
    ...unknown.map((tag) => `movingTags "${tag as string}" is none of ${MOVING_TAGS.join(", ")}`),
    ...(movingTags.length > 0 && immutableTags === true
      ? ["movingTags cannot move in a repository with immutable tags; leave one of both out"]
      : []),
  ];
}
