import { planRepository, type StoredImage } from "./plan";
import { type Outcome, outcomeDocument, planTable, summaryOf } from "./report";

function image(letter: string, tags: string[], more: Partial<StoredImage> = {}): StoredImage {
  const pushed = "2026-03-01T10:20:30.000Z";
  const digest = `sha256:${letter.repeat(64)}`;
  return {
    ...{ id: `ocid-${letter}`, etag: "1", digest, pushed, size: 1_500_000, members: [] },
    tags: tags.map((name) => ({ name, pushed })),
    ...more,
  };
}

const images = [
  image("a", ["1.9.0"]),
  image("b", ["1.10.0"], { pinned: "used by stack prod" }),
  image("c", ["2.0.0"]),
  image("d", ["latest", "1.8.0"]),
  image("e", [], { subject: `sha256:${"a".repeat(64)}`, size: 700 }),
  image("f", [`sha256-${"a".repeat(64)}`], { size: 300 }),
  image("0", []),
];

const outcome = (stored: StoredImage[], more: Partial<Outcome> = {}): Outcome => ({
  stack: "prod",
  keepLast: 1,
  dryRun: true,
  repositories: [{ name: "team/app", images: planRepository(stored, 1) }],
  failures: [],
  ...more,
});

test("the table has the versions, the greatest first, then other tags, then what refers to what goes", () => {
  expect(planTable(outcome(images).repositories).split("\n")).toEqual([
    "REPOSITORY  VERSION  DIGEST        PUSHED              SIZE          WHY",
    "team/app    2.0.0    cccccccccccc  2026-03-01 10:20  1.5 MB  keep    the newest version",
    "team/app    1.10.0   bbbbbbbbbbbb  2026-03-01 10:20  1.5 MB  keep    used by stack prod",
    "team/app    1.9.0    aaaaaaaaaaaa  2026-03-01 10:20  1.5 MB  delete  older than the newest version",
    "team/app    1.8.0    dddddddddddd  2026-03-01 10:20  1.5 MB  untag   an old version; the image stays: has tag latest",
    "team/app    latest   dddddddddddd  2026-03-01 10:20  1.5 MB  keep    has tag latest",
    "team/app    (list)   ffffffffffff  2026-03-01 10:20   300 B  delete  its image goes, or is gone",
    "team/app    -        eeeeeeeeeeee  2026-03-01 10:20   700 B  delete  its image goes, or is gone",
    "",
  ]);
});

test("the summary counts what would go, what went, and what is left alone", () => {
  expect(summaryOf(outcome(images))).toBe(
    "To be deleted: 1 image, 2 manifests that referred to them, 1 old version of images that stay; at most 1.5 MB, " +
      "since layers are shared. 1 untagged manifest left alone.\nNothing was changed; --yes deletes.\n",
  );
  expect(summaryOf(outcome(images, { dryRun: false }))).toMatch(/^Deleted: 1 image, .* left alone\.\n$/);
  expect(summaryOf(outcome([image("c", ["2.0.0"])]))).toBe(
    "Nothing to do: no repository has an unused version older than its newest 1.\n",
  );
  const failures = [{ repository: "team/app", digest: image("a", []).digest, message: "no" }];
  expect(
    summaryOf(outcome([image("a", ["1.0.0"]), image("b", ["2.0.0"])], { dryRun: false, failures })),
  ).toMatch(/^Deleted: 0 images, /);
});

test("the document names every image, and what becomes of it", () => {
  expect(outcomeDocument(outcome(images.slice(0, 1).concat(images.slice(2, 3))))).toEqual({
    ...{ stack: "prod", keepLast: 1, dryRun: true, failures: [] },
    repositories: [
      {
        name: "team/app",
        images: [
          {
            ...{ id: "ocid-a", digest: images[0]?.digest, tags: images[0]?.tags, pushed: images[0]?.pushed },
            ...{ size: 1_500_000, action: "delete", why: "older than the newest version" },
            ...{ removedTags: [], isReferrer: false },
          },
          expect.objectContaining({ id: "ocid-c", action: "keep" }),
        ],
      },
    ],
  });
});
