import { noConfiguration, resource } from "../testing";
import { immutableTags } from "./immutableTags";
import { privateAccess } from "./privateAccess";

const BUCKET = "oci:ObjectStorage/bucket:Bucket";
const REPOSITORY = "oci:Artifacts/containerRepository:ContainerRepository";
const accessProblems = (type: string, props: Record<string, unknown>) =>
  privateAccess.problems(resource(type, props), {}, noConfiguration);

test.each([
  [BUCKET, {}],
  [BUCKET, { accessType: "NoPublicAccess" }],
  [REPOSITORY, {}],
  [REPOSITORY, { isPublic: false }],
  ["oci:Nosql/table:Table", { isPublic: true }],
])("%s with %j is private", (type, props) => {
  expect(accessProblems(type, props)).toEqual([]);
});

test.each(["ObjectRead", "ObjectReadWithoutList"])("a bucket with %s is not", (accessType) => {
  expect(accessProblems(BUCKET, { accessType })).toEqual([
    `Bucket "it" lets everybody on the internet read it (accessType "${accessType}"): write accessType: "NoPublicAccess" where the program makes it.`,
  ]);
});

test("a public repository is not", () => {
  expect(accessProblems(REPOSITORY, { isPublic: true })).toEqual([
    'ContainerRepository "it" lets everybody on the internet pull its images: write isPublic: false where the program makes it.',
  ]);
});

test.each([
  ["prod", false, 1],
  ["prod", undefined, 1],
  ["prod", true, 0],
  ["dev", false, 0],
])("in %s a repository with isImmutable %s has %d problems", (stack, isImmutable, count) => {
  const repository = resource(REPOSITORY, { isImmutable }, { stack });
  const problems = immutableTags.problems(repository, { stacks: ["prod"] }, noConfiguration);
  expect(problems).toHaveLength(count);
  for (const problem of problems) {
    expect(problem).toContain("`pulumi config set fotogal-motando:immutableTags true -s prod`");
  }
});
