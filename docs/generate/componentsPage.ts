import { readdirSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { type Member, SourceReader } from "./sourceReader";

export const COMPONENTS_PAGE = "docs/components.md";

const INTRODUCTION = `# Components

<!-- Generated from components/*.ts by \`npm run docs\`: change the source, not this page. -->

What the stack is made of, and what your own program can be made of: \`new X(name, args, options?)\`, or, where it is written so, \`await X.create(…)\`.
All problems of the arguments are reported together, before the first resource exists. Arguments with a \`?\` may be left out. \`Input<T>\` and \`Output<T>\`
are Pulumi's. [components/README.md](../components/README.md) has examples, and \`index.ts\` puts them all together.
`;

/** The page's text, from the sources alone. @param root the checkout's folder */
export function componentsPage(root: string): string {
  const files = readdirSync(path.join(root, "components"))
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((file) => path.join(root, "components", file));
  const reader = new SourceReader(files);
  const classes = files
    .flatMap((file) => reader.classes(file))
    .filter((each) => argumentsOf(each) !== undefined && !isPlainResource(each));
  const sections = classes.map((each) => classSection(each, reader, root));
  const contents = classes.map((each) => `[${nameOf(each)}](#${nameOf(each).toLowerCase()})`).join(" · ");
  return (
    [INTRODUCTION, contents, ...sections, shapes(classes, reader, root)]
      .join("\n\n")
      .replace(/\n{3,}/g, "\n\n")
      .trimEnd() + "\n"
  );
}

function classSection(declaration: ts.ClassDeclaration, reader: SourceReader, root: string): string {
  const name = nameOf(declaration);
  const create = declaration.members
    .filter(ts.isMethodDeclaration)
    .find((member) => member.name.getText() === "create");
  return [
    `## ${name}`,
    reader.text(declaration),
    create === undefined
      ? link(declaration, root)
      : `${link(declaration, root)} · made by \`await ${name}.create(name, args, options?)\`: ${reader.text(create)}`,
    "**Arguments**",
    table(reader.members(argumentsOf(declaration) as ts.TypeNode)),
    "**Outputs**",
    table(reader.publicMembers(declaration)),
  ].join("\n\n");
}

/** What is handed over between components, and what arguments are made of. */
function shapes(classes: ts.ClassDeclaration[], reader: SourceReader, root: string): string {
  const documented = new Set(classes.map(nameOf));
  const types = classes.flatMap((each) => [
    ...reader.memberTypes(argumentsOf(each) as ts.TypeNode),
    ...reader.outputTypes(each),
  ]);
  const sections = reader
    .reachable(types)
    .filter(({ name }) => !documented.has(name.text))
    .sort((a, b) => (a.name.text < b.name.text ? -1 : 1))
    .map((declaration) => {
      const members = reader.membersOf(declaration);
      const type = ts.isTypeAliasDeclaration(declaration) ? reader.typeText(declaration.type) : "";
      const inferred = type.includes("typeof");
      return [
        `### ${declaration.name.text}`,
        reader.text(declaration),
        inferred
          ? `Its schema is in ${link(declaration, root)}.`
          : members.length > 0
            ? table(members)
            : code(type),
      ].join("\n\n");
    });
  return ["## Shapes", "What arguments and outputs are made of.", ...sections].join("\n\n");
}

/** The type of `args`: of `create` where there is one, or of the constructor. */
function argumentsOf(declaration: ts.ClassDeclaration): ts.TypeNode | undefined {
  const constructors = declaration.members.filter(ts.isConstructorDeclaration);
  const methods = declaration.members.filter(ts.isMethodDeclaration);
  return [...methods.filter(({ name }) => name.getText() === "create"), ...constructors]
    .flatMap(({ parameters }) => [...parameters])
    .find(({ name }) => name.getText() === "args")?.type;
}

/** A part of a component, not one itself. */
function isPlainResource(declaration: ts.ClassDeclaration): boolean {
  return (declaration.heritageClauses ?? []).some((clause) => clause.getText().includes("dynamic.Resource"));
}

function link(declaration: ts.Node, root: string): string {
  const file = path.relative(root, declaration.getSourceFile().fileName).replaceAll(path.sep, "/");
  return `[${file}](../${file})`;
}

function table(members: Member[]): string {
  const rows = members.map(({ name, optional, type, text }) => [
    `\`${name}${optional ? "?" : ""}\``,
    code(type),
    text,
  ]);
  return [["", "type", "is"], ["---", "---", "---"], ...rows]
    .map((row) => `| ${row.map(cell).join(" | ")} |`)
    .join("\n");
}

function code(type: string): string {
  return `\`${type}\``;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

function nameOf(declaration: ts.ClassDeclaration): string {
  return declaration.name?.text ?? "";
}
