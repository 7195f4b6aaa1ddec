// Semantic versioning's own grammar (semver.org), without build metadata: "+" cannot stand in an image tag.
const NUMBER = "(?:0|[1-9][0-9]*)";
const IDENTIFIER = `(?:${NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)`;
export const STRICT_VERSION = new RegExp(
  `^${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-${IDENTIFIER}(?:\\.${IDENTIFIER})*)?$`,
);
const LONGEST_TAG = 128;

/**
 * What keeps a text from being an image's version tag, as a clause that also says what is right; undefined when nothing does.
 * A tag is a strict semantic version: `1.0.0`, `1.2.0-rc.1`; no `v`, no `latest`, three numbers, at most 128 characters.
 */
export function imageTagProblem(version: string): string | undefined {
  if (version.length > LONGEST_TAG) {
    return `is ${version.length} characters long; a tag has at most ${LONGEST_TAG}`;
  }
  if (STRICT_VERSION.test(version)) {
    return undefined;
  }
  if (/^[vV]/.test(version) && STRICT_VERSION.test(version.slice(1))) {
    return `"${version}" starts with a letter; write "${version.slice(1)}"`;
  }
  const withoutBuild = version.replace(/\+.*$/s, "");
  if (withoutBuild !== version && STRICT_VERSION.test(withoutBuild)) {
    return `"${version}" has build metadata, which a tag cannot hold; write "${withoutBuild}"`;
  }
  return `"${version}" is not a full semantic version; write three numbers, such as "1.0.0"`;
}

/** Tags beside a version's own, which move on with each release: `1.2`, `1` and `latest`. */
export const MOVING_TAGS = ["minor", "major", "latest"] as const;
export type MovingTag = (typeof MOVING_TAGS)[number];
