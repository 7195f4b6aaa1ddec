import { noConfiguration, resource } from "../testing";
import { imageVersions } from "./imageVersions";

const problems = (imageName: string) =>
  imageVersions.problems(resource("docker:index/image:Image", { imageName }), {}, noConfiguration);

test.each(["1.0.0", "1.2.0-rc.1"])("the tag %s is a version", (tag) => {
  expect(problems(`127.0.0.1:5000/ns/app:${tag}`)).toEqual([]);
});

test.each([
  ["gru.ocir.io/ns/app:v1.0.0", '"v1.0.0" starts with a letter; write "1.0.0"'],
  ["gru.ocir.io/ns/app:1.0", '"1.0" is not a full semantic version; write three numbers, such as "1.0.0"'],
  ["127.0.0.1:5000/ns/app", 'none, which means "latest"; write one, such as "1.0.0"'],
  ["gru.ocir.io/ns/app:1+2", 'has the bad tag "1+2"'],
])("%s has none", (imageName, problem) => {
  expect(problems(imageName)).toEqual([expect.stringContaining(problem)]);
  expect(problems(imageName)[0]).toMatch(/^Image "it" has a wrong tag: .*[^.]\.$/);
});
