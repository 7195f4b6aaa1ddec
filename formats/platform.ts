/** Why the text is no platform of an image; undefined when it is one. */
export function platformProblem(text: string): string | undefined {
  return /^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9]+)?$/.test(text)
    ? undefined
    : `"${text}" is not a platform; write os/architecture, such as "linux/amd64"`;
}
