const LONGEST_NAME = 255;
const PART = /^[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*$/;

/**
 * What keeps a text from being a container repository's name, as a clause that also says what is right; undefined when nothing
 * does. A name is one or more parts with `/` between them, each of a-z and 0-9 with single `.`, `_`, `__` or dashes inside; at
 * most 255 characters. Source: the OCI Distribution Specification, "Pulling manifests".
 */
export function repositoryNameProblem(name: string): string | undefined {
  if (name === "") {
    return `is empty; give a name such as "fotogal"`;
  }
  if (name.length > LONGEST_NAME) {
    return `is ${name.length} characters long; a repository name has at most ${LONGEST_NAME}`;
  }
  if (/[A-Z]/.test(name)) {
    return `"${name}" has capital letters; write "${name.toLowerCase()}"`;
  }
  const part = name.split("/").find((candidate) => !PART.test(candidate));
  if (part === undefined) {
    return undefined;
  }
  const what = part === "" ? "an empty part" : `the part "${part}"`;
  return `"${name}" has ${what}; between slashes use a-z and 0-9, with single ".", "_" or "-" inside`;
}

/**
 * One clause for each thing that is wrong with key → name: a bad name, one name under two keys, no name at all.
 * @param problemOf what keeps a text from being a name in the registry at hand
 */
export function repositoriesProblems(
  repositories: Record<string, string>,
  problemOf: (name: string) => string | undefined = repositoryNameProblem,
): string[] {
  const entries = Object.entries(repositories);
  if (entries.length === 0) {
    return ["repositories is empty; name at least one"];
  }
  return entries.flatMap(([key, repositoryName]) => {
    const problem = problemOf(repositoryName);
    const twin = entries.find(([other, otherName]) => other < key && otherName === repositoryName);
    return [
      ...(problem === undefined ? [] : [`repositories.${key} ${problem}`]),
      ...(twin === undefined
        ? []
        : [`repositories.${key} "${repositoryName}" is also repositories.${twin[0]}; name it otherwise`]),
    ];
  });
}
