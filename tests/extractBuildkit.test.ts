import { missing, missingInBuildKit, testUnless } from "./builders";
import { describeImages, largeContent, writeFiles } from "./imageCases";
import { ImageWorld } from "./imageWorld";

let world: ImageWorld;
jest.setTimeout(120_000);
beforeAll(async () => {
  world = await ImageWorld.start();
});
afterAll(() => world.stop());

describe("BuildKit", () => {
  describeImages("buildkit", () => world);

  testUnless(missing("buildkit"))("COPY --chmod", async () => {
    const context = world.context();
    writeFiles(context, { "function/a": "1", "function/sub/b": "2" });
    const image = world.build("buildkit", "chmod", context, [
      "COPY --chmod=0604 function /function",
      "COPY --chmod=4755 function/a /function/sub/",
    ]);
    await world.compare(image);
  });

  testUnless(missingInBuildKit("COPY --link", "COPY --link Dockerfile /"))("COPY --link", async () => {
    const context = world.context();
    writeFiles(context, { "one/a": "1", "one/sub/b": "2", "two/sub/b": "3", large: largeContent() });
    const image = world.build("buildkit", "link", context, [
      "RUN mkdir -m 700 /function",
      "COPY --link one /function/",
      "COPY --link large /elsewhere/large",
      "COPY --link two /function/",
    ]);
    await world.compare(image);
  });

  testUnless(missingInBuildKit("heredocs", "COPY <<END /x\ntext\nEND"))("heredocs", async () => {
    const image = world.build("buildkit", "heredoc", world.context(), [
      "WORKDIR /function",
      "COPY <<END func.py\ncode\nEND",
      "RUN <<END\nmkdir /function/sub\necho 1 > /function/sub/one\nEND",
    ]);
    await world.compare(image);
  });
});
