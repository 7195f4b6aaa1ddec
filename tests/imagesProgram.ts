import * as docker from "@pulumi/docker";
import { readFileSync } from "node:fs";

/** The stack of parallelImages.test.ts: images as `images.json` has them, none waiting for another. */
const images = JSON.parse(readFileSync("images.json", "utf8")) as Record<string, docker.ImageArgs>;
for (const [name, args] of Object.entries(images)) new docker.Image(name, args);
