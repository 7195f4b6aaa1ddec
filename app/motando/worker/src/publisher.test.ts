import { mkdtemp, readFile, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publishUntil } from "./loop";
import { Publisher } from "./publisher";
import { buildServer } from "./server";

const id = "0123456789ab-0123456789abcdef";
const picture = `${"a".repeat(32)}.jpg`;
const now = new Date("2024-05-06T07:08:09Z");
const unexpected = (failed: string, error: unknown): never => {
  throw new Error(`${failed}: ${String(error)}`);
};

let root: string;
let publisher: Publisher;
const at = (path: string) => join(root, path);
const readJson = async (path: string) => JSON.parse(await readFile(at(path), "utf8")) as unknown;
const queue = (ad: object, name = id) => writeFile(at(`ads/incoming/${name}.json`), JSON.stringify(ad));

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "publisher-"));
  publisher = new Publisher(root);
  await publisher.prepare();
});

afterEach(() => rm(root, { recursive: true }));

it("moves an ad's pictures, then the ad", async () => {
  await writeFile(at(`pictures/temporary/${picture}`), "picture");
  await queue({ id, title: "Honda CB 500F", pictures: [picture] });
  expect(await publisher.publishWaiting(now, unexpected)).toEqual([{ id, status: "published" }]);
  expect(await readJson(`ads/published/${id}.json`)).toEqual({
    id,
    title: "Honda CB 500F",
    pictures: [picture],
    publishedAt: "2024-05-06T07:08:09.000Z",
  });
  expect(await readFile(at(`pictures/permanent/${picture}`), "utf8")).toBe("picture");
  expect(await readdir(at("pictures/temporary"))).toEqual([]);
  expect(await readdir(at("ads/incoming"))).toEqual([]);
});

it("finishes what a crash interrupted after the pictures were moved", async () => {
  await writeFile(at(`pictures/permanent/${picture}`), "picture");
  await queue({ id, pictures: [picture] });
  expect(await publisher.publishWaiting(now, unexpected)).toEqual([{ id, status: "published" }]);
});

it("rejects an ad whose picture is missing, and says so", async () => {
  await queue({ id, pictures: [picture] });
  const reason = `its picture ${picture} is missing`;
  expect(await publisher.publishWaiting(now, unexpected)).toEqual([{ id, status: "rejected", reason }]);
  expect(await readJson(`ads/rejected/${id}.json`)).toEqual({ id, pictures: [picture], reason });
});

it.each([
  ["a picture outside the directory", { id, pictures: ["../../secret.jpg"] }],
  ["another ad's id", { id: "ffffffffffff-0123456789abcdef", pictures: [] }],
  ["no pictures", { id }],
  ["nothing", null],
])("rejects a file with %s and touches nothing else", async (_, content) => {
  await writeFile(at("secret.jpg"), "secret");
  await writeFile(at(`ads/incoming/${id}.json`), JSON.stringify(content));
  expect(await publisher.publishWaiting(now, unexpected)).toEqual([
    { id, status: "rejected", reason: "its file is not an ad" },
  ]);
  expect(await readFile(at("secret.jpg"), "utf8")).toBe("secret");
  expect(await readdir(at("pictures/permanent"))).toEqual([]);
});

it("leaves unfinished drafts alone and handles the oldest ad first", async () => {
  const later = "0123456789ac-0123456789abcdef";
  await queue({ id: later, pictures: [] }, later);
  await queue({ id, pictures: [] });
  await writeFile(at(`ads/incoming/${id}.json.abcd.draft`), "{");
  expect((await publisher.publishWaiting(now, unexpected)).map((outcome) => outcome.id)).toEqual([id, later]);
  expect(await readdir(at("ads/incoming"))).toEqual([`${id}.json.abcd.draft`]);
});

it("deletes pictures that no ad has named for a day, and no others", async () => {
  const [young, waiting] = [`${"b".repeat(32)}.png`, `${"c".repeat(32)}.png`];
  const twoDaysAgo = new Date(now.getTime() - 48 * 3600 * 1000);
  for (const name of [picture, young, waiting]) await writeFile(at(`pictures/temporary/${name}`), "");
  await utimes(at(`pictures/temporary/${picture}`), twoDaysAgo, twoDaysAgo);
  await utimes(at(`pictures/temporary/${waiting}`), twoDaysAgo, twoDaysAgo);
  await utimes(at(`pictures/temporary/${young}`), now, now);
  await queue({ id, pictures: [waiting] });
  expect(await publisher.deleteStale(now)).toBe(1);
  expect((await readdir(at("pictures/temporary"))).sort()).toEqual([young, waiting]);
});

it("goes on after a failure and stops when asked", async () => {
  const stop = new AbortController();
  const messages: string[] = [];
  await rm(at("ads/incoming"), { recursive: true });
  const running = publishUntil(stop.signal, publisher, 10, {
    info: (message) => {
      messages.push(message);
      stop.abort();
    },
    error: (_, message) => {
      if (messages.push(message) > 1) return;
      void publisher.prepare().then(() => queue({ id, pictures: [] }));
    },
  });
  await running;
  expect(messages[0]).toBe("The queue cannot be read.");
  expect(messages.at(-1)).toBe(`Ad ${id} is published.`);
});

it("answers health always, and readiness only with a usable data directory", async () => {
  const statuses = async (candidate?: Publisher) => {
    const server = buildServer({ version: "1.2.3", publisher: candidate });
    const address = await server.listen({ host: "127.0.0.1", port: 0 });
    const answers = await Promise.all(["/healthz", "/readyz"].map((path) => fetch(address + path)));
    await server.close();
    return answers.map((answer) => answer.status);
  };
  expect(await statuses(publisher)).toEqual([200, 200]);
  expect(await statuses(new Publisher(at("missing")))).toEqual([200, 503]);
  expect(await statuses()).toEqual([200, 503]);
});
