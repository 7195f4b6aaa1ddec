import fc from "fast-check";

import { parseTarget, requiredActions } from "./target";

describe("a registry request's target", () => {
  test.each([
    ["/v2/", { kind: "ping" }],
    ["/v2", { kind: "ping" }],
    ["/v2/_catalog?n=5", { kind: "catalog" }],
    ["/v2/space/app/manifests/1.0.0", { kind: "manifest", repository: "space/app", reference: "1.0.0" }],
    [
      "/v2/space/a/b-c/d/manifests/sha256:00",
      { kind: "manifest", repository: "space/a/b-c/d", reference: "sha256:00" },
    ],
    [
      "/v2/space/app/manifests/sha256%3A00",
      { kind: "manifest", repository: "space/app", reference: "sha256:00" },
    ],
    ["/v2/space/manifests/manifests/x", { kind: "manifest", repository: "space/manifests", reference: "x" }],
    ["/v2/space/app/blobs/sha256:00", { kind: "blob", repository: "space/app" }],
    ["/v2/space/app/blobs/uploads/", { kind: "upload", repository: "space/app" }],
    ["/v2/space/app/blobs/uploads/0a?digest=sha256:1", { kind: "upload", repository: "space/app" }],
    [
      "/v2/space/app/blobs/uploads/?mount=sha256:1&from=other/app",
      { kind: "upload", repository: "space/app", mountFrom: "other/app" },
    ],
    ["/v2/space/app/tags/list?n=1", { kind: "list", repository: "space/app" }],
    ["/v2/space/app/referrers/sha256:00", { kind: "list", repository: "space/app" }],
    ["/v2/space/../other/manifests/1", { kind: "unknown" }],
    ["/v2/space/%2e%2e/other/manifests/1", { kind: "unknown" }],
    ["/v2/Space/App/manifests/1", { kind: "unknown" }],
    ["/v2/space/app", { kind: "unknown" }],
    ["/v2/%zz/manifests/1", { kind: "unknown" }],
  ])("%s", (url, target) => expect(parseTarget(url)).toEqual(target));

  test("any text is either understood or unknown, and never names a path that climbs", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("/", ".", "a", "%", "2", "e", "manifests", "?") }),
        (s) => {
          const target = parseTarget(`/v2/${s}`);
          if ("repository" in target) expect(target.repository.split("/")).not.toContain("..");
        },
      ),
    );
  });

  test("reading needs pull, writing push, removing delete; giving up an upload is part of a push", () => {
    const manifest = parseTarget("/v2/s/a/manifests/1");
    expect(requiredActions("HEAD", manifest)).toEqual(["pull"]);
    expect(requiredActions("PUT", manifest)).toEqual(["pull", "push"]);
    expect(requiredActions("DELETE", manifest)).toEqual(["delete"]);
    expect(requiredActions("DELETE", parseTarget("/v2/s/a/blobs/uploads/1"))).toEqual(["pull", "push"]);
  });
});
