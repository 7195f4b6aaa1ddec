/** `os/architecture`, or `os/architecture/variant`. */
export const PLATFORM = /^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9]+)?$/;

/** Why the text is no platform of an image; undefined when it is one. */
export function platformProblem(text: string): string | undefined {
  return PLATFORM.test(text)
    ? undefined
    : `"${text}" is not a platform; write os/architecture, such as "linux/amd64"`;
}

/** The image platform that functions of an application's shape run on; undefined where they run on several. */
export function platformOfShape(shape: string | undefined): string | undefined {
  return shape === undefined ? undefined : PLATFORMS[shape];
}

const PLATFORMS: Partial<Record<string, string>> = { GENERIC_X86: "linux/amd64", GENERIC_ARM: "linux/arm64" };
