import { mkdtemp, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { buildServer, pictureKind } from "./server";
import { Store } from "./store";

const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);

const ad = {
  title: "Honda CB 500F 2021",
  description: "One owner, all services done.",
  make: "Honda",
  model: "CB 500F",
  year: 2021,
  kilometres: 18000,
  priceCents: 3490000,
  city: "São Paulo",
  state: "SP",
  pictures: [] as string[],
};

let directory: string;
let server: FastifyInstance;
let address: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "motando-"));
  const store = new Store(directory);
  await store.prepare();
  server = buildServer({ version: "1.2.3", store });
  address = await server.listen({ host: "127.0.0.1", port: 0 });
});

afterEach(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

const post = (path: string, body: Buffer | string, type: string) =>
  fetch(address + path, {
    method: "POST",
    body: new Uint8Array(Buffer.from(body)),
    headers: { "content-type": type },
  });
const postAd = (body: unknown) => post("/ads", JSON.stringify(body), "application/json");
const getJson = async (path: string) =>
  (await fetch(address + path)).json() as Promise<Record<string, unknown>>;

/** What the worker does with an ad. */
async function publish(id: string): Promise<void> {
  await rename(join(directory, "ads/incoming", `${id}.json`), join(directory, "ads/published", `${id}.json`));
}

it("answers health and readiness", async () => {
  expect(await getJson("/healthz")).toEqual({ status: "ok", version: "1.2.3" });
  expect(await getJson("/readyz")).toEqual({ status: "ready" });
  await rm(join(directory, "ads/incoming"), { recursive: true });
  const unready = await fetch(`${address}/readyz`);
  expect(unready.status).toBe(503);
  expect(await unready.text()).toContain("MOTANDO_DATA_DIR");
});

it("queues an ad with its picture for the worker", async () => {
  const { name } = (await (await post("/pictures", jpeg, "image/jpeg")).json()) as { name: string };
  const response = await postAd({ ...ad, pictures: [name] });
  expect(response.status).toBe(202);
  const { id } = (await response.json()) as { id: string };
  expect(response.headers.get("location")).toBe(`/ads/${id}`);
  expect(await getJson(`/ads/${id}`)).toEqual({ status: "accepted" });
  expect(await getJson("/ads")).toEqual({ ads: [] });
  const queued = JSON.parse(await readFile(join(directory, "ads/incoming", `${id}.json`), "utf8")) as object;
  expect(queued).toMatchObject({ ...ad, id, pictures: [name] });
  expect(await readFile(join(directory, "pictures/temporary", name))).toEqual(jpeg);
});

it("shows what the worker has published, the newest first", async () => {
  const first = ((await (await postAd(ad)).json()) as { id: string }).id;
  const second = ((await (await postAd({ ...ad, title: "Second motorcycle" })).json()) as { id: string }).id;
  await publish(first);
  await publish(second);
  const { ads } = (await getJson("/ads")) as { ads: { id: string }[] };
  expect(ads.map(({ id }) => id)).toEqual([first, second].sort().reverse());
  expect(await getJson(`/ads/${first}`)).toMatchObject({ status: "published", ad });
  const older = (await getJson(`/ads?before=${ads[0]?.id ?? ""}`)) as { ads: { id: string }[] };
  expect(older.ads.map(({ id }) => id)).toEqual([ads[1]?.id]);
});

it("gives the worker's reason for a rejected ad", async () => {
  const id = "0123456789ab-0123456789abcdef";
  await writeFile(
    join(directory, "ads/rejected", `${id}.json`),
    JSON.stringify({ ...ad, id, reason: "no picture" }),
  );
  expect(await getJson(`/ads/${id}`)).toEqual({ status: "rejected", reason: "no picture" });
});

it("reports everything wrong with an ad together and queues nothing", async () => {
  const { priceCents, ...withoutPrice } = ad;
  const response = await postAd({ ...withoutPrice, year: "2021", price: priceCents });
  expect(response.status).toBe(400);
  const { error } = (await response.json()) as { error: string };
  expect(error).toContain("priceCents");
  expect(error).toContain("additional properties");
  expect(error).toContain("/year: must be integer");
  expect(await readdir(join(directory, "ads/incoming"))).toEqual([]);
});

it("refuses an ad that names pictures which nobody has uploaded", async () => {
  const name = `${"0".repeat(32)}.jpg`;
  const response = await postAd({ ...ad, pictures: [name] });
  expect(response.status).toBe(422);
  expect(await response.text()).toContain(name);
});

it.each(["../../../etc/passwd.jpg", "a.jpg", `${"0".repeat(32)}.html`])(
  "refuses the picture name %s",
  async (name) => {
    expect((await postAd({ ...ad, pictures: [name] })).status).toBe(400);
    expect((await fetch(`${address}/pictures/${encodeURIComponent(name)}`)).status).toBe(404);
  },
);

it("refuses what is no picture, whatever the sender calls it", async () => {
  expect((await post("/pictures", "<svg onload=alert(1)>", "image/png")).status).toBe(415);
  expect((await post("/pictures", jpeg, "image/svg+xml")).status).toBe(415);
  expect((await post("/pictures", Buffer.alloc(5 * 1024 * 1024 + 1, 0xff), "image/jpeg")).status).toBe(413);
  expect(await readdir(join(directory, "pictures/temporary"))).toEqual([]);
});

it("serves health alone without a data directory", async () => {
  const bare = buildServer({ version: "1.2.3" });
  const at = await bare.listen({ host: "127.0.0.1", port: 0 });
  const statuses = await Promise.all(
    ["/healthz", "/readyz", "/ads"].map(async (path) => (await fetch(at + path)).status),
  );
  await bare.close();
  expect(statuses).toEqual([200, 503, 503]);
});

it("knows pictures by their first bytes", () => {
  expect(pictureKind(jpeg)).toBe("jpg");
  expect(pictureKind(Buffer.from("\x89PNG\r\n\x1a\nrest", "latin1"))).toBe("png");
  expect(pictureKind(Buffer.from("GIF89a"))).toBeUndefined();
});
