import { constants } from "node:fs";
import { access, mkdir, open, readFile, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";

export interface Outcome {
  id: string;
  status: "published" | "rejected";
  /** Why it was rejected. */
  reason?: string;
}

interface AcceptedAd {
  id: string;
  pictures: string[];
}

const INCOMING = "ads/incoming";
const PUBLISHED = "ads/published";
const REJECTED = "ads/rejected";
const TEMPORARY = "pictures/temporary";
const PERMANENT = "pictures/permanent";

const AD_FILE = /^([0-9a-f]{12}-[0-9a-f]{16})\.json$/;
const PICTURE_NAME = /^[0-9a-f]{32}\.(jpg|png)$/;
const DAY = 24 * 60 * 60 * 1000;

/**
 * Publishes accepted ads: moves an ad's pictures from the temporary directory to the permanent one, then the ad itself.
 * Each step may be repeated, so that after a crash the next run finishes what the last one began.
 */
export class Publisher {
  constructor(private readonly root: string) {}

  async prepare(): Promise<void> {
    for (const path of [INCOMING, PUBLISHED, REJECTED, TEMPORARY, PERMANENT]) {
      await mkdir(join(this.root, path), { recursive: true });
    }
  }

  /** Why nothing can be published; undefined when it can. */
  async problem(): Promise<string | undefined> {
    try {
      for (const path of [INCOMING, PUBLISHED, PERMANENT])
        await access(join(this.root, path), constants.W_OK);
      return undefined;
    } catch {
      return `MOTANDO_DATA_DIR (${this.root}) is not a directory that this user may write to`;
    }
  }

  /** Handles every ad that waits, the oldest first. One that cannot be handled now stays, and doesn't hold the others up. */
  async publishWaiting(now: Date, onFailure: (id: string, error: unknown) => void): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const name of (await readdir(join(this.root, INCOMING))).sort()) {
      const id = AD_FILE.exec(name)?.[1];
      if (id === undefined) continue;
      try {
        outcomes.push(await this.publish(id, now));
      } catch (error) {
        onFailure(id, error);
      }
    }
    return outcomes;
  }

  /** Deletes temporary pictures, and drafts of writers that crashed, older than a day. Returns how many. */
  async deleteStale(now: Date): Promise<number> {
    const waiting = await this.picturesWaiting();
    let deleted = 0;
    for (const name of await readdir(join(this.root, TEMPORARY))) {
      const path = join(this.root, TEMPORARY, name);
      const age = now.getTime() - (await stat(path)).mtimeMs;
      if (age <= DAY || waiting.has(name)) continue;
      await rm(path, { force: true });
      deleted += 1;
    }
    return deleted;
  }

  private async publish(id: string, now: Date): Promise<Outcome> {
    const text = await readFile(join(this.root, INCOMING, `${id}.json`), "utf8");
    const ad = parseAd(text, id);
    if (!ad) return this.reject(id, { id, content: text }, "its file is not an ad");
    for (const picture of ad.pictures) {
      const moved = await this.movePicture(picture);
      if (!moved) return this.reject(id, ad, `its picture ${picture} is missing`);
    }
    await this.write(`${PUBLISHED}/${id}.json`, { ...ad, publishedAt: now.toISOString() });
    await rm(join(this.root, INCOMING, `${id}.json`));
    return { id, status: "published" };
  }

  private async reject(id: string, ad: object, reason: string): Promise<Outcome> {
    await this.write(`${REJECTED}/${id}.json`, { ...ad, reason });
    await rm(join(this.root, INCOMING, `${id}.json`));
    return { id, status: "rejected", reason };
  }

  /** False when the picture is neither waiting nor already moved. */
  private async movePicture(name: string): Promise<boolean> {
    const target = join(this.root, PERMANENT, name);
    try {
      await rename(join(this.root, TEMPORARY, name), target);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      return access(target).then(
        () => true,
        () => false,
      );
    }
  }

  private async picturesWaiting(): Promise<Set<string>> {
    const names = (await readdir(join(this.root, INCOMING))).filter((name) => AD_FILE.test(name));
    const ads = await Promise.all(
      names.map(async (name) => {
        const text = await readFile(join(this.root, INCOMING, name), "utf8");
        return parseAd(text, name.slice(0, -".json".length));
      }),
    );
    return new Set(ads.flatMap((ad) => ad?.pictures ?? []));
  }

  /** Writes a file whole or not at all, on the disk when this resolves. */
  private async write(path: string, content: object): Promise<void> {
    const target = join(this.root, path);
    const file = await open(`${target}.draft`, "w", 0o640);
    try {
      await file.writeFile(JSON.stringify(content, undefined, 2));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${target}.draft`, target);
  }
}

/** The queue is files that others can write: what is used of an ad is checked, picture names above all, since they become paths. */
function parseAd(text: string, id: string): AcceptedAd | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { id: ownId, pictures } = (value ?? {}) as Partial<Record<keyof AcceptedAd, unknown>>;
  if (ownId !== id || !Array.isArray(pictures)) return undefined;
  const valid = pictures.every((name) => typeof name === "string" && PICTURE_NAME.test(name));
  return valid ? (value as AcceptedAd) : undefined;
}
