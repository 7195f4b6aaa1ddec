import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Docker from "dockerode";
import { ensureBaseImages } from ".";
import { RECIPES, type Recipe } from "./recipes";
import { RECIPE_LABEL, readHostCertificates, recipeHash } from "./standIns";

const recipes = Object.values(RECIPES);

/** An Engine that holds `images` (name → labels) and can pull `pullable`; it records what is pulled. */
function fakeEngine(images: Record<string, Record<string, string>>, pullable: string[] = []) {
  const pulled: string[] = [];
  const engine = {
    getImage: (name: string) => ({
      inspect: () =>
        name in images
          ? Promise.resolve({ Config: { Labels: images[name] } })
          : Promise.reject(Object.assign(new Error("no such image"), { statusCode: 404 })),
      distribution: () =>
        pullable.includes(name) ? Promise.resolve({}) : Promise.reject(new Error("no such host")),
    }),
    pull: (name: string) => Promise.resolve(pulled.push(name)),
    modem: { followProgress: (_: unknown, done: (error: Error | null) => void) => done(null) },
  };
  return { engine: engine as unknown as Docker, pulled };
}

const madeBefore = async (recipe: Recipe): Promise<[string, Record<string, string>]> => [
  recipe.standIn,
  { [RECIPE_LABEL]: recipeHash(recipe, await readHostCertificates(process.env)) },
];

describe("ensureBaseImages", () => {
  it("takes public images that the Engine has, and pulls nothing", async () => {
    const { engine, pulled } = fakeEngine(
      Object.fromEntries(recipes.map((recipe) => [recipe.publicImage, {}])),
      recipes.map((recipe) => recipe.publicImage),
    );
    expect(await ensureBaseImages(engine)).toEqual({
      NODE_IMAGE: "node:20-bookworm-slim",
      NODE_RUNTIME_IMAGE: "gcr.io/distroless/nodejs20-debian12:nonroot",
      FN_PYTHON_BUILD_IMAGE: "fnproject/python:3.11-dev",
      FN_PYTHON_IMAGE: "fnproject/python:3.11",
    });
    expect(pulled).toEqual([]);
  });

  it("keeps stand-ins made by the same recipe, though the public images could be pulled", async () => {
    const { engine, pulled } = fakeEngine(
      Object.fromEntries(await Promise.all(recipes.map(madeBefore))),
      recipes.map((recipe) => recipe.publicImage),
    );
    expect(Object.values(await ensureBaseImages(engine))).toEqual(recipes.map((recipe) => recipe.standIn));
    expect(pulled).toEqual([]);
  });

  it("pulls a public image when the stand-in is of another recipe", async () => {
    const { NODE_IMAGE: stale, ...others } = RECIPES;
    const { engine, pulled } = fakeEngine(
      {
        [stale.standIn]: { [RECIPE_LABEL]: "of-another-recipe" },
        ...Object.fromEntries(await Promise.all(Object.values(others).map(madeBefore))),
      },
      [stale.publicImage],
    );
    expect((await ensureBaseImages(engine)).NODE_IMAGE).toBe(stale.publicImage);
    expect(pulled).toEqual([stale.publicImage]);
  });
});

describe("the host's certificates", () => {
  const certificate = "-----BEGIN CERTIFICATE-----\nQQ==\n-----END CERTIFICATE-----\n";
  const file = join(mkdtempSync(join(tmpdir(), "certificates-")), "company.crt");
  writeFileSync(file, certificate);

  it("are read once where two variables name one file", async () => {
    expect(await readHostCertificates({ NODE_EXTRA_CA_CERTS: file, SSL_CERT_FILE: file })).toBe(certificate);
  });

  it("are none where no variable is set or the file is missing", async () => {
    expect(await readHostCertificates({})).toBe("");
    expect(await readHostCertificates({ SSL_CERT_FILE: `${file}.missing` })).toBe("");
  });

  it("change the build stages' images and never the runtime ones", () => {
    const changed = recipes.filter((recipe) => recipeHash(recipe, "") !== recipeHash(recipe, certificate));
    expect(changed.map((recipe) => recipe.publicImage)).toEqual([
      "node:20-bookworm-slim",
      "fnproject/python:3.11-dev",
    ]);
  });
});
