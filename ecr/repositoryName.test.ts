import { ecrRepositoryNameProblem } from "./repositoryName";

it.each(["fotogal", "team/motando-webapp", "a1", "a.b_c-d/1"])("takes %s", (name) => {
  expect(ecrRepositoryNameProblem(name)).toBeUndefined();
});

it.each([
  ["a", "is too short"],
  ["1image", "starts with a digit"],
  ["a--b", 'has "--"'],
  ["a__b", 'has "__"'],
  ["FotoGal", "has capital letters"],
])("refuses %s", (name, problem) => {
  expect(ecrRepositoryNameProblem(name)).toContain(problem);
});
