import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

const root = path.resolve(__dirname, "..");
const page = readFileSync(path.join(__dirname, "architecture.md"), "utf8");
/** Programs at the top of the checkout, beside the folders. */
const TOP = "the program";

it("has each folder's imports as the table says, no more and no fewer", () => {
  expect(importsInSource()).toEqual(importsInTable());
});

it("draws no arrow against the table", () => {
  const drawn = [...page.matchAll(/^ {2}(\w+) --> (.+)$/gm)].flatMap(([, from = "", to = ""]) =>
    to.split(" & ").map((each) => [from, each] as const),
  );
  expect(drawn.length).toBeGreaterThan(10);
  const allowed = importsInTable();
  const name = (folder: string) => (folder === "program" ? TOP : folder);
  const wrong = drawn.filter(([from, to]) => allowed[name(from)]?.includes(name(to)) !== true);
  expect(wrong).toEqual([]);
});

/** Of the rows `| \`folder/\` | what it is | \`a\`, \`b\` |`. */
function importsInTable(): Record<string, string[]> {
  const rows = [...page.matchAll(/^\| +`?([\w ]+?)\/?`? +\| .* \| +([^|]*?) +\|$/gm)];
  const entries = rows.map(([, folder = "", imports = ""]): [string, string[]] => [
    folder,
    [...imports.matchAll(/`(\w+)`|the program/g)].map(([text, name]) => name ?? text).sort(),
  ]);
  return Object.fromEntries(entries.filter(([folder]) => folder !== "folder"));
}

/** What the sources import of other folders; tests and what only they use may import anything. */
function importsInSource(): Record<string, string[]> {
  const found: Record<string, Set<string>> = {};
  for (const file of sources()) {
    const from = folderOf(file);
    const imports = (found[from] ??= new Set());
    for (const { fileName } of ts.preProcessFile(readFileSync(path.join(root, file), "utf8"), true, true)
      .importedFiles) {
      if (!fileName.startsWith(".")) continue;
      const to = folderOf(path.join(path.dirname(file), fileName));
      if (to !== from) imports.add(to);
    }
  }
  return Object.fromEntries(Object.entries(found).map(([from, imports]) => [from, [...imports].sort()]));
}

function folderOf(file: string): string {
  const [first = "", ...rest] = file.split(path.sep);
  // `./account` is a folder's index, `./tenancy` a file.
  const isFolder =
    rest.length > 0 || statSync(path.join(root, first), { throwIfNoEntry: false })?.isDirectory();
  return isFolder === true ? first : TOP;
}

function sources(): string[] {
  const outside = new Set(["node_modules", "dist", "app", "tests", "coverage"]);
  return readdirSync(root, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith(".") && !outside.has(name))
    .flatMap((entry) =>
      entry.isDirectory()
        ? readdirSync(path.join(root, entry.name), { recursive: true, encoding: "utf8" }).map((file) =>
            path.join(entry.name, file),
          )
        : [entry.name],
    )
    .filter((file) => /\.(ts|cjs|mjs)$/.test(file) && !/\.config\.\w+$/.test(file) && !isForTests(file));
}

function isForTests(file: string): boolean {
  return /\.test\.ts$|[\\/]testing[\\/]|(Testing|Fixture)\.ts$|[\\/](test|fake)[A-Z]\w*\.ts$/.test(file);
}
