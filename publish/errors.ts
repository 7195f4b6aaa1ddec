/** Publishing cannot go on; the message is one sentence for the user: what is wrong, where, what to do. */
export class PublishError extends Error {
  override name = "PublishError";
}
