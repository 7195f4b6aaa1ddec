/**
 * Whether Pulumi's own downloads can be reached from here. Where they cannot (a company's mirror of the package
 * registries, say), the CLI is built from Go modules and local/plugins stand in for the official plugins.
 */
export async function pulumiDownloadsReachable(): Promise<boolean> {
  try {
    const answer = await fetch("https://get.pulumi.com/releases/sdk/", {
      method: "HEAD",
      signal: AbortSignal.timeout(5_000),
    });
    return answer.status < 500;
  } catch {
    return false;
  }
}
