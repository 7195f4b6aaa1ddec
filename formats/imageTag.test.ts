import fc from "fast-check";
import semver from "semver";
import { imageTagProblem } from "./imageTag";

it.each(["0.0.0", "1.0.0", "10.20.30", "1.2.3-rc.1", "1.0.0-alpha-2.x7"])("takes %s", (version) => {
  expect(imageTagProblem(version)).toBeUndefined();
});

it.each([
  ["v1.0.0", '"v1.0.0" starts with a letter; write "1.0.0"'],
  ["latest", '"latest" is not a full semantic version; write three numbers, such as "1.0.0"'],
  ["1.0", '"1.0" is not a full'],
  ["1.0.0.0", "is not a full"],
  ["01.0.0", "is not a full"],
  ["1.0.0-01", "is not a full"],
  [" 1.0.0", "is not a full"],
  ["1.0.0\n", "is not a full"],
  ["", '"" is not a full'],
  ["1.0.0+build5", 'a tag cannot hold; write "1.0.0"'],
  [`1.0.0-${"a".repeat(128)}`, "is 134 characters long; a tag has at most 128"],
])("refuses %j", (version, problem) => {
  expect(imageTagProblem(version)).toContain(problem);
});

it("agrees with the semver package on what a strict version is", () => {
  const parts = fc.constantFrom("0", "1", "01", ".", "-", "a", "rc", "v", "12");
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 9 }), (list) => {
      const version = list.join("");
      // semver.valid also reads "v1.0.0" and answers "1.0.0".
      expect(imageTagProblem(version) === undefined).toBe(semver.valid(version) === version);
    }),
    { numRuns: 2000 },
  );
});
