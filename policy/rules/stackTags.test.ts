import { defaultsOf, noConfiguration, resource } from "../testing";
import { stackTags } from "./stackTags";

const all = { environment: "dev", project: "fotogal-motando", stack: "fotogal-motando/dev" };
const problems = (type: string, freeformTags?: Record<string, string>) =>
  stackTags.problems(resource(type, { freeformTags }), defaultsOf(stackTags), noConfiguration);

test("all tags are enough, more are no harm", () => {
  expect(problems("oci:Logging/log:Log", { ...all, owner: "ana" })).toEqual([]);
});

test.each([
  [undefined, "the tags environment, project, stack"],
  [{ ...all, stack: "" }, "the tag stack"],
])("%j lacks %s", (tags, what) => {
  expect(problems("oci:Logging/log:Log", tags)).toEqual([expect.stringContaining(`Log "it" lacks ${what}:`)]);
});

test.each(["oci:Nosql/index:Index", "docker:index/image:Image", "pulumi:providers:oci"])(
  "%s has no tags",
  (type) => {
    expect(problems(type)).toEqual([]);
  },
);
