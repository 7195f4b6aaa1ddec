/** The message is one sentence for the user: what is wrong, where, what to do. */
export class StackError extends Error {
  override name = "StackError";
}
