import { proxyFor } from "./proxy";

const proxied = (host: string, environment: NodeJS.ProcessEnv): string | undefined =>
  proxyFor(host, environment)?.href;

test.each([
  [{ HTTPS_PROXY: "http://proxy:3128" }, "http://proxy:3128/"],
  [{ HTTPS_PROXY: "http://upper:1", https_proxy: "http://lower:1" }, "http://lower:1/"],
  [{ HTTPS_PROXY: "http://upper:1", https_proxy: "" }, undefined],
  [{ HTTPS_PROXY: "proxy.example:3128" }, "http://proxy.example:3128/"],
  [{ HTTPS_PROXY: "https://proxy.example" }, "https://proxy.example/"],
  // curl and Docker don't take it for HTTPS either.
  [{ HTTP_PROXY: "http://proxy:3128" }, undefined],
  [{}, undefined],
])("%j", (environment, href) => expect(proxied("r.example", environment)).toBe(href));

test.each(["127.0.0.1:5000", "localhost:5000", "[::1]:5000"])("%s is reached directly", (host) =>
  expect(proxied(host, { HTTPS_PROXY: "http://proxy:3128" })).toBeUndefined(),
);

test.each([
  ["10.1.2.3:5000", "a.example, 10.0.0.0/8", false],
  ["11.1.2.3", "10.0.0.0/8", true],
  ["[fd00::1]:5000", "fd00::/8", false],
  ["[fe00::1]", "fd00::/8", true],
  ["10.1.2.3", "fd00::/8,10.0.0.0/33,10.0.0.0/,nonsense/8", true],
  ["r.example", "0.0.0.0/0", true],
  ["10.1.2.3:5000", "10.1.2.3", false],
  ["10.1.2.3", "2.3", true],
  ["fd00::1", "[fd00::1]", false],
  ["[fd00::1]:5000", "[fd00::1]:5001", true],
  ["r.example:5000", "R.Example", false],
  ["r.example:5000", "other.example r.example:5000", false],
  ["r.example:5001", "r.example:5000", true],
  ["r.example", "r.example:443", false],
  ["r.corp.example", "corp.example", false],
  ["r.corp.example", ".corp.example", false],
  ["r.corp.example", "*.corp.example", false],
  ["rcorp.example", "corp.example,", true],
  ["r.example", "a.example,*", false],
])("%s with NO_PROXY %s goes through the proxy: %s", (host, exceptions, expected) =>
  expect(proxied(host, { HTTPS_PROXY: "proxy:1", NO_PROXY: exceptions }) !== undefined).toBe(expected),
);

test.each(["http://me:secret@", "socks5://me:secret@proxy:1", "http://me:secret@proxy:99999"])(
  "%s is refused, with the variable's name and not its password",
  (value) => {
    expect(() => proxyFor("r.example", { https_proxy: value })).toThrow(/^https_proxy is not the address/);
    expect(() => proxyFor("r.example", { https_proxy: value })).not.toThrow(/secret/);
  },
);

test("what messages show has no password", () =>
  expect(proxyFor("r.example", { HTTPS_PROXY: "http://me:secret@proxy:3128" })?.host).toBe("proxy:3128"));
