/** Characters that a container repository's readme may have. Source: Oracle's API specification, ContainerRepositoryReadme. */
export const LONGEST_README = 8192;

/** What keeps a text from being a container repository's readme, as a clause that also says what is right; undefined when nothing does. */
export function repositoryReadmeProblem(text: string): string | undefined {
  if (text.trim() === "") return "is empty; write a text, or leave it out";
  if (text.length <= LONGEST_README) return undefined;
  return `is ${text.length} characters long; a repository's readme has at most ${LONGEST_README}`;
}
