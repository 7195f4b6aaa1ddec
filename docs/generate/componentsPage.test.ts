import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { COMPONENTS_PAGE, componentsPage } from "./componentsPage";

const root = path.resolve(__dirname, "..", "..");

it("is committed as the sources have it; otherwise run `npm run docs`", () => {
  expect(readFileSync(path.join(root, COMPONENTS_PAGE), "utf8")).toBe(componentsPage(root));
});

it("shows inherited arguments, intersections, list types and what an interface says of an output", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "page-"));
  try {
    mkdirSync(path.join(folder, "components"));
    writeFileSync(path.join(folder, "components", "thing.ts"), SOURCE);
    const page = componentsPage(folder);
    expect(page).toContain("## Thing\n\nA thing.\n\n[components/thing.ts]");
    expect(page).toContain(
      "made by `await Thing.create(name, args, options?)`: Looks first. Fails with Error always.",
    );
    expect(page).toContain("| `size?` | `number` | In metres. |");
    expect(page).toContain("| `colour` | `Colour` | Its colour. |");
    expect(page).toContain("| `id` | `Output<string>` | Known later. |");
    expect(page).toContain('### Colour\n\nWhat there is.\n\n`"red" | "blue"`');
    expect(page).not.toContain("hidden");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const SOURCE = `
const COLOURS = ["red", "blue"] as const;
/** What there is. */
export type Colour = (typeof COLOURS)[number];
interface Sized {
  /** In metres. */
  size?: number;
}
export interface ThingArgs extends Sized {
  /** Its colour. */
  colour?: Colour;
}
interface Known {
  /** Known later. */
  readonly id: pulumi.Output<string>;
}
/** A thing. */
export class Thing extends Base implements Known {
  readonly id: pulumi.Output<string>;
  private readonly hidden: string;
  /**
   * Looks first.
   * @throws Error always.
   */
  static async create(name: string, args: ThingArgs & { colour: Colour }): Promise<Thing> {}
  private constructor(name: string, args: ThingArgs) {}
}
`;
