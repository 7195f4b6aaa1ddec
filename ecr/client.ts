import type { ECRClient, ECRServiceException } from "@aws-sdk/client-ecr";

/** What a request to ECR came to nothing for: one sentence. */
export class EcrError extends Error {
  // The host of dynamic providers prints the stack of what it cannot do; a user has no use for it.
  override readonly stack = "";
}

export type EcrSdk = typeof import("@aws-sdk/client-ecr");

/**
 * Talks to ECR in a region, as the account that AWS's own tools would use: the environment, a profile, single sign-on, a role of
 * the machine. `AWS_ENDPOINT_URL_ECR` leads elsewhere. The SDK is loaded here, so that nobody else waits for it.
 * @throws EcrError
 */
export async function withEcr<T>(
  region: string,
  request: (client: ECRClient, sdk: EcrSdk) => Promise<T>,
): Promise<T> {
  // What comes after the pinned version is for those to know who raise it.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  const sdk = await import("@aws-sdk/client-ecr");
  const client = new sdk.ECRClient({ region });
  try {
    return await request(client, sdk);
  } catch (error) {
    throw described(error, region);
  } finally {
    client.destroy();
  }
}

/** Whether ECR refused with this of its exceptions, such as `RepositoryNotFoundException`. */
export function isRefusal(error: unknown, name: string): error is ECRServiceException {
  return error instanceof Error && error.name === name;
}

/** What `request` answers; undefined where ECR refuses it with the exception. */
export async function unless<T>(exception: string, request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (isRefusal(error, exception)) return undefined;
    throw error;
  }
}

const EXPIRED = ["ExpiredTokenException", "ExpiredToken", "UnrecognizedClientException"];

function described(error: unknown, region: string): EcrError {
  if (error instanceof EcrError) return error;
  const { name, message } = error instanceof Error ? error : { name: "", message: String(error) };
  const code = (error as NodeJS.ErrnoException).code;
  if (name === "CredentialsProviderError") {
    return new EcrError(
      `There are no AWS credentials (${message}): set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in with ` +
        "`aws sso login`.",
    );
  }
  if (EXPIRED.includes(name)) {
    return new EcrError(
      `AWS takes the credentials no more (${message}): log in again, or set others in AWS_PROFILE or AWS_ACCESS_KEY_ID.`,
    );
  }
  if (code === "ENOTFOUND" || code === "ECONNREFUSED" || name === "TimeoutError") {
    return new EcrError(
      `ECR in region ${region} is not reached (${message || code}): check the region's name, AWS_ENDPOINT_URL_ECR and the network.`,
    );
  }
  return new EcrError(`ECR in region ${region} refused: ${message}`);
}
