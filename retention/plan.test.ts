import fc from "fast-check";
import semver from "semver";
import { isVersion, type PlannedImage, planRepository, type StoredImage } from "./plan";

const digestOf = (letter: string) => `sha256:${letter.repeat(64)}`;
const listOf = (letter: string) => `sha256-${letter.repeat(64)}`;

function image(letter: string, tags: string[], more: Partial<StoredImage> = {}): StoredImage {
  const pushed = "2026-01-01T00:00:00Z";
  return {
    id: `image-${letter}`,
    digest: digestOf(letter),
    tags: tags.map((name) => ({ name, pushed })),
    pushed,
    size: 1,
    members: [],
    ...more,
  };
}

/** Letters of the images that go, and `letter:tag` of the tags that do. */
function going(planned: PlannedImage[]): string[] {
  return planned.flatMap(({ image: { id }, action, removedTags }) => {
    const letter = id.slice(-1);
    return action === "delete" ? [letter] : removedTags.map((tag) => `${letter}:${tag}`);
  });
}

/** What a repository has after the plan was carried out. */
function after(planned: PlannedImage[]): StoredImage[] {
  return planned.flatMap(({ image, action, removedTags }) =>
    action === "delete"
      ? []
      : [{ ...image, tags: image.tags.filter(({ name }) => !removedTags.includes(name)) }],
  );
}

test.each<[string, StoredImage[], number, string[]]>([
  [
    "older versions go, in the order of semantic versioning, not of text",
    [image("a", ["1.9.0"]), image("b", ["1.10.0"]), image("c", ["2.0.0-rc.1"]), image("d", ["2.0.0"])],
    2,
    ["a", "b"],
  ],
  ["fewer than are kept all stay", [image("a", ["1.0.0"]), image("b", ["1.0.1"])], 3, []],
  [
    "a moving tag keeps its image, and the old version is taken from it",
    [image("a", ["1.0.0", "latest"]), image("b", ["1.0.1"])],
    1,
    ["a:1.0.0"],
  ],
  [
    "what is used stays as it is",
    [image("a", ["1.0.0", "latest"], { pinned: "used by stack dev" }), image("b", ["1.0.1"])],
    1,
    [],
  ],
  [
    "one digest under an old and a new version stays, without the old one",
    [image("a", ["1.0.0", "1.2.0"]), image("b", ["1.1.0"])],
    1,
    ["a:1.0.0", "b"],
  ],
  [
    "tags that are nearly versions are none",
    [
      image("a", ["v0.1.0"]),
      image("b", ["1.0"]),
      image("c", ["99999999999999999999.0.0"]),
      image("d", ["1.0.0"]),
    ],
    1,
    [],
  ],
  [
    "a version per platform stays with the index that has it, and goes with it",
    [
      image("a", ["1.0.0-amd64"]),
      image("b", ["1.0.0"], { members: [digestOf("a")] }),
      image("c", ["1.1.0-amd64"]),
      image("d", ["1.1.0"], { members: [digestOf("c")] }),
    ],
    1,
    ["a", "b"],
  ],
  [
    "what refers to an image goes with it: lists, untagged manifests, what refers to these",
    [
      image("a", ["1.0.0"]),
      image("b", ["1.0.1"]),
      image("c", [], { subject: digestOf("a") }),
      image("d", [], { subject: digestOf("b") }),
      image("e", [listOf("a")], { members: [digestOf("c")] }),
      image("f", [listOf("b")], { members: [digestOf("d")] }),
      image("0", [], { subject: digestOf("c") }),
      image("1", [`${listOf("a")}.sig`]),
    ],
    1,
    ["a", "c", "e", "0", "1"],
  ],
  [
    "what an interrupted run has left of a deleted image goes",
    [image("a", ["1.0.0"]), image("b", [listOf("9")]), image("c", [], { subject: digestOf("9") })],
    1,
    ["b", "c"],
  ],
  ["other untagged manifests stay", [image("a", []), image("b", ["1.0.0"])], 1, []],
  [
    "a referrer that is used stays when its image goes",
    [
      image("a", ["1.0.0"]),
      image("b", ["1.0.1"]),
      image("c", [], { subject: digestOf("a"), pinned: "used by stack dev" }),
    ],
    1,
    ["a"],
  ],
])("%s", (_, images, keep, expected) => {
  expect(going(planRepository(images, keep))).toEqual(expected);
});

test("images go before what refers to them", () => {
  const planned = planRepository([image("a", ["1.0.0", listOf("9")]), image("b", [listOf("8")])], 1);
  expect(planned.map(({ isReferrer }) => isReferrer)).toEqual([false, true]);
});

describe("any repository", () => {
  const letters = Array.from("0123456789abcdef");
  const version = fc
    .tuple(fc.nat(2), fc.nat(2), fc.constantFrom("", "-rc.1", "-amd64"))
    .map(([minor, patch, end]) => `1.${minor}.${patch}${end}`);
  const tag = fc.oneof(
    { weight: 4, arbitrary: version },
    fc.constantFrom("latest", "1.0", "v1.0.0"),
    fc.constantFrom(...letters).map(listOf),
  );
  const digests = fc.subarray(letters.map(digestOf), { maxLength: 3 });
  const repository = fc
    .uniqueArray(
      fc.record({
        letter: fc.constantFrom(...letters),
        tags: fc.uniqueArray(tag, { maxLength: 3 }),
        members: fc.oneof({ weight: 3, arbitrary: fc.constant<string[]>([]) }, digests),
        subject: fc.option(fc.constantFrom(...letters.map(digestOf)), { nil: undefined }),
        pinned: fc.option(fc.constant("used by stack dev"), { nil: undefined, freq: 6 }),
      }),
      { selector: ({ letter }) => letter, maxLength: 12 },
    )
    .map((found) => {
      // A tag names one manifest.
      const taken = new Set<string>();
      return found.map(({ letter, tags, subject, ...more }) => {
        const own = tags.filter((name) => !taken.has(name));
        own.forEach((name) => taken.add(name));
        return image(letter, own, { ...more, ...(own.length === 0 && { subject }) });
      });
    });
  const keep = fc.integer({ min: 1, max: 4 });
  const property = (check: (images: StoredImage[], left: StoredImage[], keep: number) => void) =>
    fc.assert(
      fc.property(repository, keep, (images, most) => {
        check(images, after(planRepository(images, most)), most);
      }),
      { numRuns: 2000 },
    );
  const tagsOf = (images: StoredImage[]) => images.flatMap(({ tags }) => tags.map(({ name }) => name));

  test("what is used stays, with all its tags", () => {
    property((images, left) => {
      for (const used of images.filter(({ pinned }) => pinned !== undefined))
        expect(left).toContainEqual(used);
    });
  });

  test("its greatest versions stay, as many as are to be kept", () => {
    property((images, left, most) => {
      const greatest = tagsOf(images).filter(isVersion).sort(semver.rcompare).slice(0, most);
      expect(tagsOf(left)).toEqual(expect.arrayContaining(greatest));
    });
  });

  test("no tag goes but versions and those of referrers, and no image but by its tags or its subject", () => {
    property((images, left) => {
      const others = tagsOf(images).filter((name) => !isVersion(name) && !name.startsWith("sha256-"));
      expect(tagsOf(left)).toEqual(expect.arrayContaining(others));
      for (const kept of images.filter(({ tags, subject }) => tags.length === 0 && subject === undefined)) {
        expect(left).toContainEqual(kept);
      }
    });
  });

  test("what stays is whole: all that an index lists, and all that refers to an image", () => {
    property((images, left) => {
      const staying = new Set(left.map(({ digest }) => digest));
      const had = new Set(images.map(({ digest }) => digest));
      for (const { members } of left) {
        for (const member of members.filter((digest) => had.has(digest))) expect(staying).toContain(member);
      }
      for (const { digest, subject } of images) {
        if (subject !== undefined && staying.has(subject)) expect(staying).toContain(digest);
      }
    });
  });

  test("a second run has nothing to do", () => {
    property((_, left, most) => {
      expect(going(planRepository(left, most))).toEqual([]);
    });
  });
});
