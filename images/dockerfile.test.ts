import { stagesIn } from "./dockerfile";

it("finds stages in order, whatever the case, and over continued lines", () => {
  const text = [
    "# FROM commented AS nothing",
    "ARG NODE=node:20",
    "FROM ${NODE} AS Build",
    "RUN echo FROM here AS no-stage",
    "from --platform=linux/amd64 \\",
    "  scratch as runtime",
    "FROM scratch",
  ].join("\r\n");
  expect(stagesIn(text)).toEqual(["build", "runtime", undefined]);
});
