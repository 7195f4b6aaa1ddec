/** The stack is as it was; the message is one sentence for the user: what is wrong, where, what to do. */
export class RepairError extends Error {
  override name = "RepairError";
}
