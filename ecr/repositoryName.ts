import { repositoryNameProblem } from "../formats/repositoryName";

/**
 * What keeps a text from being an ECR repository's name, as a clause that also says what is right; undefined when nothing does. ECR
 * is stricter than the distribution specification: 2 characters or more, a letter first, single separators.
 */
export function ecrRepositoryNameProblem(name: string): string | undefined {
  const problem = repositoryNameProblem(name);
  if (problem !== undefined) return problem;
  if (name.length < 2) return `"${name}" is too short; ECR wants 2 characters or more`;
  if (!/^[a-z]/.test(name)) return `"${name}" starts with a digit; ECR wants a letter first`;
  const double = /[._-]{2,}/.exec(name)?.[0];
  return double === undefined ? undefined : `"${name}" has "${double}"; ECR takes single separators only`;
}
