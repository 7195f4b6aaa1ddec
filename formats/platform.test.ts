import { platformProblem } from "./platform";

it.each(["linux/amd64", "linux/arm/v7"])("takes %s", (text) => {
  expect(platformProblem(text)).toBeUndefined();
});

it.each(["amd64", "linux/", "Linux/AMD64", "linux/amd64 --out x", "a/b/c/d"])("refuses %s", (text) => {
  expect(platformProblem(text)).toBe(
    `"${text}" is not a platform; write os/architecture, such as "linux/amd64"`,
  );
});
