/** An image's place in a registry: `host/repository[:tag][@digest]`. */
export interface ImageReference {
  /** Registry host with its port, if any: `gru.ocir.io`, `127.0.0.1:5000`, `docker.io`. */
  host: string;
  /** Path in the registry, namespace first: `namespace/team/app`. */
  repository: string;
  tag?: string;
  /** `sha256:` and 64 hexadecimal digits. */
  digest?: string;
}

/** The text is not an image reference; the message says what is wrong with it. */
export class ImageReferenceError extends Error {
  override name = "ImageReferenceError";
}

const hostPattern = /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::[0-9]{1,5})?$/;
const pathPartPattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const tagPattern = /^\w[\w.-]{0,127}$/;
const digestPattern = /^sha256:[0-9a-f]{64}$/;

/**
 * Parses `host/repository[:tag][@sha256:…]`. As in Docker, a first part without dot, colon and not `localhost`
 * is no host: such names are Docker Hub's.
 * @throws ImageReferenceError
 */
export function parseImageReference(text: string): ImageReference {
  const fail = (problem: string): never => {
    throw new ImageReferenceError(
      `Image reference "${text}" ${problem}; write it as host/repository:tag or host/repository@sha256:digest.`,
    );
  };
  const [named = "", digest, ...moreDigests] = text.split("@");
  if (moreDigests.length > 0 || (digest !== undefined && !digestPattern.test(digest))) {
    fail('has a bad digest (after "@" come sha256: and 64 hexadecimal digits in lower case)');
  }
  const tagAt = named.lastIndexOf(":");
  const hasTag = tagAt > named.lastIndexOf("/");
  const tag = hasTag ? named.slice(tagAt + 1) : undefined;
  if (tag !== undefined && !tagPattern.test(tag)) {
    fail(`has the bad tag "${tag}" (up to 128 letters, digits, "_", "." and "-")`);
  }
  const { host, repository } = splitHost(hasTag ? named.slice(0, tagAt) : named);
  if (!hostPattern.test(host)) fail(`has the bad registry host "${host}"`);
  if (repository === "") fail("names no repository");
  const badPart = repository.split("/").find((part) => !pathPartPattern.test(part));
  if (badPart !== undefined) {
    fail(
      badPart === ""
        ? "has an empty path part"
        : `has the bad path part "${badPart}" (lower-case letters and digits, with ".", "_" or "-" between them)`,
    );
  }
  return { host, repository, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) };
}

/** The inverse of `parseImageReference`. */
export function formatImageReference({ host, repository, tag, digest }: ImageReference): string {
  return `${host}/${repository}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
}

/** Whether the host (with or without port) is this machine: 127.0.0.0/8, `localhost` or `[::1]`. */
export function isLoopbackHost(host: string): boolean {
  const name = host.replace(/:[0-9]+$/, "").toLowerCase();
  return (
    name === "localhost" ||
    name === "[::1]" ||
    (/^127(?:\.[0-9]{1,3}){3}$/.test(name) && name.split(".").every((part) => Number(part) <= 255))
  );
}

/** Base address of the host's registry API, without a trailing slash: plain HTTP on loopback, HTTPS elsewhere. */
export function registryUrl(host: string): string {
  // Docker Hub's images are named after docker.io, which serves no registry API itself.
  if (host === "docker.io") return "https://registry-1.docker.io";
  return `${isLoopbackHost(host) ? "http" : "https"}://${host}`;
}

function splitHost(name: string): { host: string; repository: string } {
  const slash = name.indexOf("/");
  const first = name.slice(0, slash);
  const isHost = slash > 0 && (/[.:]/.test(first) || first === "localhost");
  if (isHost && first !== "index.docker.io") {
    const repository = name.slice(slash + 1);
    return { host: first, repository: first === "docker.io" ? hubRepository(repository) : repository };
  }
  return { host: "docker.io", repository: hubRepository(isHost ? name.slice(slash + 1) : name) };
}

function hubRepository(name: string): string {
  return name === "" || name.includes("/") ? name : `library/${name}`;
}
