import fc from "fast-check";
import {
  formatImageReference,
  ImageReferenceError,
  isLoopbackHost,
  parseImageReference,
  registryUrl,
} from "./imageReference";

const digest = `sha256:${"0a".repeat(32)}`;

describe("parseImageReference", () => {
  test.each([
    ["gru.ocir.io/ns/app:1.0.0", { host: "gru.ocir.io", repository: "ns/app", tag: "1.0.0" }],
    [
      `iad.ocir.io/ns/bucket/par-generate/create-par:0.0.8@${digest}`,
      { host: "iad.ocir.io", repository: "ns/bucket/par-generate/create-par", tag: "0.0.8", digest },
    ],
    [`127.0.0.1:5000/ns/app@${digest}`, { host: "127.0.0.1:5000", repository: "ns/app", digest }],
    ["localhost/app", { host: "localhost", repository: "app" }],
    ["[::1]:5000/app:1", { host: "[::1]:5000", repository: "app", tag: "1" }],
    ["alpine", { host: "docker.io", repository: "library/alpine" }],
    ["docker.io/alpine:3", { host: "docker.io", repository: "library/alpine", tag: "3" }],
    ["index.docker.io/fnproject/python", { host: "docker.io", repository: "fnproject/python" }],
  ])("%s", (text, expected) => expect(parseImageReference(text)).toEqual(expected));

  test.each([
    ["", "names no repository"],
    ["gru.ocir.io/", "names no repository"],
    ["gru.ocir.io/ns/App:1.0.0", 'bad path part "App"'],
    ["gru.ocir.io/ns//app", "empty path part"],
    ["gru.ocir.io/../etc", 'bad path part ".."'],
    ["gru.ocir.io/ns/app:", "bad tag"],
    [`gru.ocir.io/ns/app:${"a".repeat(129)}`, "bad tag"],
    ["gru.ocir.io/ns/app@sha256:12", "bad digest"],
    [`gru.ocir.io/ns/app@${digest}@${digest}`, "bad digest"],
    ["user:pw@gru.ocir.io/ns/app", "bad digest"],
    ["-bad.example/app", "bad registry host"],
  ])("refuses %j", (text, message) => {
    expect(() => parseImageReference(text)).toThrow(ImageReferenceError);
    expect(() => parseImageReference(text)).toThrow(message);
  });

  const word = fc.stringMatching(/^[a-z0-9]{1,8}$/);
  const reference = fc.record(
    {
      host: fc.constantFrom("gru.ocir.io", "127.0.0.1:5000", "localhost:80", "registry.example:443"),
      repository: fc.array(word, { minLength: 1, maxLength: 5 }).map((parts) => parts.join("/")),
      tag: fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/),
      digest: fc.stringMatching(/^[0-9a-f]{64}$/).map((hex) => `sha256:${hex}`),
    },
    { requiredKeys: ["host", "repository"] },
  );

  test("is the inverse of formatImageReference", () => {
    fc.assert(
      fc.property(reference, (parts) => {
        expect(parseImageReference(formatImageReference(parts))).toEqual(parts);
      }),
    );
  });

  test("any text gives a reference or an ImageReferenceError", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z./:@-]{0,30}$/)), (text) => {
        try {
          parseImageReference(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ImageReferenceError);
        }
      }),
    );
  });
});

test.each([
  ["127.0.0.1:5000", true],
  ["127.9.9.9", true],
  ["localhost:80", true],
  ["[::1]:80", true],
  ["127.0.0.1.example.com", false],
  ["127.0.0.256", false],
  ["localhost.example.com", false],
  ["gru.ocir.io", false],
])("isLoopbackHost(%s) is %s", (host, expected) => expect(isLoopbackHost(host)).toBe(expected));

test("registryUrl is plain HTTP on loopback only", () => {
  expect(registryUrl("127.0.0.1:5000")).toBe("http://127.0.0.1:5000");
  expect(registryUrl("gru.ocir.io")).toBe("https://gru.ocir.io");
  expect(registryUrl("docker.io")).toBe("https://registry-1.docker.io");
});
