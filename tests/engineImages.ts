import { run } from "../local/toolchain/run";

/** Takes a registry's images from the Docker Engine; those of other registries stay, also where they are the same. */
export async function removeImages(registryHost: string): Promise<void> {
  const listed = await run("docker", [
    "image",
    "ls",
    "--digests",
    "--format",
    "{{.Repository}} {{.Tag}} {{.Digest}}",
  ]);
  const own = listed
    .split("\n")
    .filter((line) => line.startsWith(`${registryHost}/`))
    .map((line) => line.split(" "))
    .map(([repository = "", tag = "", digest = ""]) =>
      tag === "<none>" ? `${repository}@${digest}` : `${repository}:${tag}`,
    );
  if (own.length > 0) await run("docker", ["image", "rm", "--force", ...own]);
}
