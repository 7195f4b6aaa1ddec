import { Readable } from "node:stream";
import { type BucketClient, BucketPictures } from "./pictures";

const bucket = { namespaceName: "namespace", bucketName: "pictures" };

function client(parts: Partial<Record<keyof BucketClient, unknown>>): BucketClient {
  return parts as unknown as BucketClient;
}

describe("BucketPictures", () => {
  it("reads every page of the listing and puts the newest first", async () => {
    const pages: Record<string, unknown> = {
      "": {
        objects: [{ name: "a.png", size: 1, timeCreated: "2024-01-01T00:00:00Z" }],
        nextStartWith: "b.png",
      },
      "b.png": { objects: [{ name: "b.png", size: 2, timeCreated: "2024-02-01T00:00:00Z" }] },
    };
    const listObjects = ({ start = "" }: { start?: string }) =>
      Promise.resolve({ listObjects: pages[start] });
    expect(await new BucketPictures(client({ listObjects }), bucket).list()).toEqual([
      { name: "b.png", size: 2, created: new Date("2024-02-01T00:00:00Z") },
      { name: "a.png", size: 1, created: new Date("2024-01-01T00:00:00Z") },
    ]);
  });

  it("serves only pictures: an HTML object would run in FotoGal's own origin", async () => {
    const value = Readable.from([Buffer.from("<script>")]);
    const getObject = () => Promise.resolve({ contentType: "text/html", contentLength: 8, value });
    expect(await new BucketPictures(client({ getObject }), bucket).read("a.html")).toBeUndefined();
    expect(value.destroyed).toBe(true);
  });

  it("tells a missing picture from a failure", async () => {
    const refuse = (statusCode: number) => () =>
      Promise.reject(Object.assign(new Error("refused"), { statusCode }));
    expect(
      await new BucketPictures(client({ getObject: refuse(404) }), bucket).read("a.png"),
    ).toBeUndefined();
    await expect(
      new BucketPictures(client({ getObject: refuse(500) }), bucket).read("a.png"),
    ).rejects.toThrow("refused");
  });
});
