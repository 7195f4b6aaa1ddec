import { randomBytes } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { access, mkdir, open, readFile, readdir, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { Ad } from "./ad";

export type AdStatus = "accepted" | "published" | "rejected";

export interface StoredAd extends Ad {
  id: string;
  /** ISO 8601, UTC. */
  acceptedAt: string;
  publishedAt?: string;
  /** Why the worker refused it. */
  reason?: string;
}

export interface FoundAd {
  status: AdStatus;
  ad: StoredAd;
}

const directories: Readonly<Record<AdStatus, string>> = {
  accepted: "ads/incoming",
  published: "ads/published",
  rejected: "ads/rejected",
};
const TEMPORARY = "pictures/temporary";
const PERMANENT = "pictures/permanent";
const ID = /^[0-9a-f]{12}-[0-9a-f]{16}$/;

/** The directory that Motando's web application and its worker share; its layout is described in app/motando/README.md. */
export class Store {
  constructor(private readonly root: string) {}

  async prepare(): Promise<void> {
    for (const path of [...Object.values(directories), TEMPORARY, PERMANENT]) {
      await mkdir(join(this.root, path), { recursive: true });
    }
  }

  /** Why ads cannot be stored; undefined when they can. */
  async problem(): Promise<string | undefined> {
    try {
      for (const path of [directories.accepted, TEMPORARY])
        await access(join(this.root, path), constants.W_OK);
      return undefined;
    } catch {
      return `MOTANDO_DATA_DIR (${this.root}) is not a directory that this user may write to`;
    }
  }

  /** Queues an ad for the worker. When this resolves, the ad is on the disk and survives a crash. */
  async accept(ad: Ad): Promise<StoredAd> {
    const now = Date.now();
    const id = `${now.toString(16).padStart(12, "0")}-${randomBytes(8).toString("hex")}`;
    const stored = { ...ad, id, acceptedAt: new Date(now).toISOString() };
    await this.write(`${directories.accepted}/${id}.json`, JSON.stringify(stored, undefined, 2));
    return stored;
  }

  async find(id: string): Promise<FoundAd | undefined> {
    if (!ID.test(id)) return undefined;
    // In the order in which the worker moves an ad, so that one on its way is not missed.
    for (const status of ["accepted", "published", "rejected"] as const) {
      const ad = await this.readAd(status, id);
      if (ad) return { status, ad };
    }
    return undefined;
  }

  /** Published ads, the newest first, older than `before` (an id) when it is given. */
  async published(limit: number, before?: string): Promise<StoredAd[]> {
    const names = (await readdir(join(this.root, directories.published))).filter((name) =>
      name.endsWith(".json"),
    );
    const ids = names.map((name) => name.slice(0, -".json".length)).sort();
    const wanted = ids.filter((id) => before === undefined || id < before).slice(-limit);
    const ads = await Promise.all(wanted.reverse().map((id) => this.readAd("published", id)));
    return ads.filter((ad) => ad !== undefined);
  }

  /** Keeps a picture until an ad names it; the worker deletes those that none names within a day. */
  async addPicture(content: Buffer, extension: "jpg" | "png"): Promise<string> {
    const name = `${randomBytes(16).toString("hex")}.${extension}`;
    await this.write(`${TEMPORARY}/${name}`, content);
    return name;
  }

  /** The pictures among `names` that nobody has uploaded, or that another ad has taken. */
  async missingPictures(names: readonly string[]): Promise<string[]> {
    const present = await Promise.all(names.map((name) => exists(join(this.root, TEMPORARY, name))));
    return names.filter((_, index) => !present[index]);
  }

  async picture(name: string): Promise<Readable | undefined> {
    const path = join(this.root, PERMANENT, name);
    return (await exists(path)) ? createReadStream(path) : undefined;
  }

  private async readAd(status: AdStatus, id: string): Promise<StoredAd | undefined> {
    try {
      return JSON.parse(
        await readFile(join(this.root, directories[status], `${id}.json`), "utf8"),
      ) as StoredAd;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  /** Writes a file whole or not at all: readers never see half of it. */
  private async write(path: string, content: string | Buffer): Promise<void> {
    const target = join(this.root, path);
    const draft = `${target}.${randomBytes(4).toString("hex")}.draft`;
    const file = await open(draft, "wx", 0o640);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, target);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
