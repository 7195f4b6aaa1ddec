/**
 * The stages of a Dockerfile in order: their names in small letters, as `--target` compares them; undefined for one without.
 */
export function stagesIn(dockerfile: string): (string | undefined)[] {
  const instructions = dockerfile
    .split(/\r?\n/)
    .filter((line) => !/^\s*#/.test(line))
    .join("\n")
    .replace(/\\[ \t]*\n/g, " ");
  return [...instructions.matchAll(/^[ \t]*FROM[ \t]+(.*)$/gim)].map(([, rest = ""]) =>
    /[ \t]AS[ \t]+(\S+)[ \t]*$/i.exec(rest)?.[1]?.toLowerCase(),
  );
}
