/** The extraction cannot go on; the message is one sentence for the user: what is wrong, where, what to do. */
export class ExtractError extends Error {
  override name = "ExtractError";

  constructor(
    message: string,
    /** HTTP status that a registry refused with. */
    readonly status?: number,
  ) {
    super(message);
  }
}

/** What went wrong in another library, in a few words fit for a sentence. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause : error;
  const code = (cause as NodeJS.ErrnoException).code;
  if (cause.message === "" || code === cause.message) return code ?? cause.name;
  // The system's errors name their paths behind a comma: long ones, with any bytes in them.
  return cause.message.replace(/^([A-Z]\w+: [^,]+), .*$/s, "$1");
}
