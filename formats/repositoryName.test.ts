import fc from "fast-check";
import { repositoryNameProblem } from "./repositoryName";

it.each([
  "fotogal",
  "motando-webapp",
  "user.name/fotogal",
  "bucket/par-generate/oci-objectstorage",
  "a__b",
  "a--b",
  "0",
])("takes %s", (name) => {
  expect(repositoryNameProblem(name)).toBeUndefined();
});

it.each([
  ["", "is empty"],
  ["FotoGal", '"FotoGal" has capital letters; write "fotogal"'],
  ["/fotogal", "has an empty part"],
  ["a//b", "has an empty part"],
  ["-fotogal", 'has the part "-fotogal"'],
  ["a/b_", 'has the part "b_"'],
  ["a..b", 'has the part "a..b"'],
  ["foto gal", 'has the part "foto gal"'],
  ["fotogal:1.0.0", 'has the part "fotogal:1.0.0"'],
  ["fotogal\n", "has the part"],
  ["a".repeat(256), "is 256 characters long; a repository name has at most 255"],
])("refuses %j", (name, problem) => {
  expect(repositoryNameProblem(name)).toContain(problem);
});

it("joins good names to good names", () => {
  const part = fc.stringMatching(/^[a-z0-9]{1,5}([._-][a-z0-9]{1,5})?$/);
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
      expect(repositoryNameProblem(parts.join("/"))).toBeUndefined();
    }),
  );
});
