import { randomBytes } from "node:crypto";
import { makeDocument } from "../results/document";
import { extractSource, type Extraction, type ExtractOptions } from "../extractSource";
import { imageOf, layerOf } from "./layerTesting";
import { TestRegistry } from "../registry/registryTesting";

const registry = new TestRegistry();
const fast = { retryDelay: () => 0, findCredential: () => Promise.resolve({}) };
const large = randomBytes(1.2 * 1024 * 1024).toString("latin1");

beforeAll(() => registry.start());
afterAll(() => registry.stop());
beforeEach(() => {
  registry.requests.length = 0;
});

async function extracted(image: string, options: ExtractOptions = {}): Promise<Extraction> {
  const extraction = await extractSource(image, { registry: fast, ...options });
  await extraction.close();
  return extraction;
}

async function filesOf(image: string): Promise<Record<string, string>> {
  return (await makeDocument(await extracted(image))).text;
}

async function layersOf(image: string): Promise<[boolean, string][]> {
  return (await extracted(image)).layers.map(({ read, reason }) => [read, reason]);
}

test("a WORKDIR does not end the walk when an older step names the directory", async () => {
  const image = registry.add(
    imageOf([
      await layerOf([["etc/base", large]], "ADD rootfs.tar / # buildkit"),
      await layerOf(
        [
          ["function/old.py", "old"],
          ["x", large],
        ],
        "RUN /bin/sh -c generate /function # buildkit",
      ),
      await layerOf([["function", null]], "WORKDIR /function"),
    ]),
  );
  expect(await filesOf(image)).toEqual({ "old.py": "old" });
});

test("a layer that its step cannot have made makes every layer count", async () => {
  const image = registry.add(
    imageOf([
      await layerOf(
        [
          ["function/hidden.py", "found"],
          ["x", large],
        ],
        "COPY x /elsewhere # buildkit",
      ),
      await layerOf([["function/func.py", "code"]], "COPY y /elsewhere # buildkit"),
    ]),
  );
  expect(await filesOf(image)).toEqual({ "func.py": "code", "hidden.py": "found" });
  expect(await layersOf(image)).toEqual([
    [true, "the image's history contradicts its layers; has 1 of the wanted entries"],
    [true, "the image's history contradicts its layers; has 1 of the wanted entries"],
  ]);
});

test("a COPY that went through a symlink is noticed", async () => {
  const image = registry.add(
    imageOf([
      await layerOf([["etc/base", large]], "ADD rootfs.tar / # buildkit"),
      await layerOf([["app", { type: "symlink", linkname: "/function" }]], "RUN /bin/sh -c ln # buildkit"),
      await layerOf([["function/code.py", large]], "COPY code.py /app/ # buildkit"),
      await layerOf([["function/func.py", "code"]], "COPY func.py /function/ # buildkit"),
    ]),
  );
  const extraction = await extracted(image);
  expect([...extraction.tree.keys()]).toEqual(["code.py", "func.py"]);
  expect(extraction.warnings).toEqual([
    expect.stringMatching(/^Read every layer: .* has the symlink \/app, through which a COPY went\.$/),
  ]);
});

test("a COPY through a symlink that an unread RUN made is read", async () => {
  const image = registry.add(
    imageOf([
      await layerOf(
        [
          ["app", { type: "symlink", linkname: "/function" }],
          ["x", large],
        ],
        "RUN /bin/sh -c ln -s /function /app/ && fill /x # buildkit",
      ),
      await layerOf([["function", null]], "WORKDIR /function"),
      await layerOf([["function/code.py", large]], "COPY code.py /app/ # buildkit"),
      await layerOf([["function/.wh..wh..opq", ""]], "RUN /bin/sh -c rm # buildkit"),
      await layerOf([["function/late.py", large]], "COPY late.py /app/lib/../ # buildkit"),
    ]),
  );
  expect([...(await extracted(image)).tree.keys()]).toEqual(["late.py"]);
});

test("the links that common systems have at their root are no reason to read more", async () => {
  const image = registry.add(
    imageOf([
      await layerOf([["lib", { type: "symlink", linkname: "usr/lib" }]], "RUN /bin/sh -c merge # buildkit"),
      await layerOf([["usr/lib/python.so", large]], "COPY python.so /lib/ # buildkit"),
      await layerOf([["function/func.py", "code"]], "COPY func.py /function/ # buildkit"),
    ]),
  );
  expect((await layersOf(image)).map(([read]) => read)).toEqual([true, false, true]);
});

test("reading every layer tells where leaving some out would have erred", async () => {
  const image = registry.add(
    imageOf([
      await layerOf(
        [
          ["app", { type: "symlink", linkname: "/function" }],
          ["etc/base", large],
        ],
        "ADD rootfs.tar / # buildkit",
      ),
      await layerOf([["function", null]], "WORKDIR /function"),
      await layerOf([["function/hidden.py", large]], "COPY hidden.py /app/ # buildkit"),
      await layerOf([["function/func.py", "code"]], "COPY func.py /function/ # buildkit"),
    ]),
  );
  const exact = await extracted(image, { exhaustive: true });
  expect([...exact.tree.keys()]).toEqual(["func.py", "hidden.py"]);
  expect(exact.differences).toEqual(["/function/hidden.py"]);
  expect(await filesOf(image)).toEqual({ "func.py": "code" });
});

test("reads every layer before it says that the path is missing", async () => {
  const image = registry.add(
    imageOf([await layerOf([["x", large]], "COPY x /elsewhere # buildkit")], {
      config: { WorkingDir: "/app" },
    }),
  );
  await expect(filesOf(image)).rejects.toThrow(/has no \/function; its working directory is \/app.*--path/);
  expect(registry.requests.filter((request) => request.includes("/blobs/"))).toHaveLength(2);
});
