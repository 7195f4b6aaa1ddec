import * as pulumi from "@pulumi/pulumi";

/**
 * What a provider's functions answer, or their refusal as one message: Pulumi shows a RunError without a stack trace.
 * @throws pulumi.RunError
 */
export async function answerOf<T>(invocation: Promise<T>): Promise<T> {
  try {
    return await invocation;
  } catch (error) {
    throw refusal(error);
  }
}

/** The provider's own words, without the SDK's before them. */
export function refusal(error: unknown): pulumi.RunError {
  const message = error instanceof Error ? error.message : String(error);
  return new pulumi.RunError(message.replace(/^invocation of \S+ returned an error: /, ""));
}
