/** Nothing is deleted; the message is one sentence for the user: what is wrong, where, what to do. */
export class RetentionError extends Error {
  override name = "RetentionError";
}
