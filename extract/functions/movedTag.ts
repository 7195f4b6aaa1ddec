import { parseImageReference } from "../../formats/imageReference";
import { ExtractError, reasonOf } from "../errors";
import type { DeployedFunction } from "./findFunction";
import { type FetchedManifest, RegistryClient, type RegistryOptions } from "../registry/registryClient";

/** A warning where the tag of the function's image no longer names what the function runs. Never rejects. */
export async function movedTag(
  { image, imageDigest, name }: Pick<DeployedFunction, "image" | "imageDigest" | "name">,
  options: RegistryOptions = {},
): Promise<string | undefined> {
  const { host, repository, tag } = parseImageReference(image);
  if (tag === undefined) return undefined;
  const client = new RegistryClient(host, repository, options);
  const kept = `the source is of ${imageDigest}, which the function "${name}" runs.`;
  try {
    const now = await client.manifest(tag);
    if (now.digest === imageDigest || digestsOf(now).includes(imageDigest)) return undefined;
    return `The tag of ${image} has moved since the deployment, to ${now.digest}; ${kept}`;
  } catch (error) {
    if (error instanceof ExtractError && error.status === 404) {
      return `The tag of ${image} is gone since the deployment; ${kept}`;
    }
    return `Whether the tag of ${image} has moved since the deployment is not known (${reasonOf(error)}); ${kept}`;
  } finally {
    client.close();
  }
}

/** The digests that an index names: a function may be deployed with one platform's image of it. */
function digestsOf({ bytes }: FetchedManifest): unknown[] {
  try {
    const { manifests } = JSON.parse(bytes.toString("utf8")) as { manifests?: { digest?: unknown }[] };
    return (manifests ?? []).map(({ digest }) => digest);
  } catch {
    return [];
  }
}
