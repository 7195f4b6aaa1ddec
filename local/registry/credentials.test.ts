import fc from "fast-check";

import { parseAuthorization, userOfLogin } from "./credentials";

const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;

describe("registry credentials", () => {
  test.each([
    [undefined, { scheme: "none" }],
    ["", { scheme: "none" }],
    ["Bearer abc", { scheme: "bearer", token: "abc" }],
    ["bearer abc", { scheme: "bearer", token: "abc" }],
    ['Signature version="1",keyId="a/b/c"', { scheme: "signature" }],
    [basic("a/b:c:d e"), { scheme: "basic", login: "a/b", password: "c:d e" }],
    [basic("nothing"), { scheme: "none" }],
    ["Basic", { scheme: "none" }],
    ["Digest x", { scheme: "none" }],
  ])("%s", (header, credentials) => expect(parseAuthorization(header)).toEqual(credentials));

  test("any login and password come back as they were", () => {
    const login = fc.string({ unit: "binary" }).filter((text) => !text.includes(":"));
    fc.assert(
      fc.property(login, fc.string({ unit: "binary" }), (user, password) => {
        expect(parseAuthorization(basic(`${user}:${password}`))).toEqual({
          scheme: "basic",
          login: user,
          password,
        });
      }),
    );
  });

  test.each([
    ["space/ana", "ana"],
    ["space/oracleidentitycloudservice/ana@example.com", "ana@example.com"],
    ["space/Default/ana", "ana"],
    ["other/ana", undefined],
    ["ana", undefined],
    ["space/", undefined],
    ["space//ana", undefined],
    ["space/a/b/ana", undefined],
    ["BEARER_TOKEN", undefined],
  ])("the login %s is of user %s", (login, user) => expect(userOfLogin(login, "space")).toBe(user));
});
