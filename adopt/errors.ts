/** Nothing is adopted; the message is one sentence for the user: what is wrong, where, what to do. */
export class AdoptionError extends Error {
  override name = "AdoptionError";
}
