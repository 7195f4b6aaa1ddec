/** There is no comment; the message is one sentence for the user: what is wrong, where, what to do. */
export class PreviewError extends Error {
  override name = "PreviewError";
}
