import * as pulumi from "@pulumi/pulumi";

/**
 * What every component here is: its type token is `fotogal-motando:components:TYPE`, and all that is wrong with its arguments is
 * reported together, before the first child exists.
 */
export abstract class ValidatedComponent extends pulumi.ComponentResource {
  private readonly title: string;

  /**
   * @param problems one clause a problem, each naming its argument; empty when the arguments are good.
   * @throws pulumi.ResourceError with all problems
   */
  constructor(
    type: string,
    name: string,
    problems: readonly string[],
    options?: pulumi.ComponentResourceOptions,
  ) {
    super(`fotogal-motando:components:${type}`, name, {}, options);
    this.title = `${type} "${name}"`;
    if (problems.length > 0) {
      throw this.failure(problems);
    }
  }

  /** An error that Pulumi shows as one message at this component, without a stack trace. */
  protected failure(problems: readonly string[]): pulumi.ResourceError {
    const message = describeProblems(this.title, problems);
    const failure = new pulumi.ResourceError(message, this, true);
    // In a child's input, Pulumi would write that input's name before it, which says nothing to the user.
    return Object.defineProperty(failure, "message", { get: () => message, set: () => undefined });
  }
}

/** One problem on the title's line, several on a line each. */
export function describeProblems(title: string, problems: readonly string[]): string {
  const list = problems.length === 1 ? ` ${problems.join()}` : problems.map((line) => `\n  ${line}`).join("");
  return `${title}:${list}`;
}
