import { type Box, layOut } from "./boxes";
import { type Kind, KINDS, kindOf } from "./kinds";
import type { Change, StackDocument, StackResource } from "./stackDocument";

/** One whose widths Graphviz knows; the picture names others with the same widths beside it. */
export const FONT = "Arial";
const INK = "#1f2733";
const FAINT = "#5a6472";
const PAPER = "#fbfbf9";

const MARKS: Record<Change, { sign: string; colour: string }> = {
  create: { sign: "+", colour: "#1f7a3d" },
  update: { sign: "~", colour: "#9a6700" },
  replace: { sign: "±", colour: "#b34700" },
  delete: { sign: "−", colour: "#c0222b" },
};

/** The picture in Graphviz's language: arrows go from what is made first to what needs it, left to right. */
export function dotOf(document: StackDocument): string {
  const { boxes, resources, arrows } = layOut(document);
  return [
    "digraph stack {",
    `graph [rankdir=LR, bgcolor=${quoted(PAPER)}, pad=0.35, nodesep=0.12, ranksep=0.4, newrank=true, fontname=${quoted(FONT)}, labelloc=t, labeljust=l, label=<${title(document)}>]`,
    `node [shape=plain, fontname=${quoted(FONT)}, fontcolor=${quoted(INK)}, fontsize=11]`,
    `edge [tailport=e, headport=w, color=${quoted("#7b8794")}, arrowsize=0.6, penwidth=1.1]`,
    ...boxes.map((box) => cluster(box)),
    ...resources.map(node),
    ...arrows.map(({ from, to, columns }) => `${quoted(from)} -> ${quoted(to)} [minlen=${columns}]`),
    "}",
    "",
  ].join("\n");
}

function cluster({ resource, compartment, resources, boxes }: Box): string {
  const [name, what] = compartment
    ? [resource.name, resource.what]
    : [resource.name, resource.type.split(":").at(-1) ?? resource.type];
  const heading = compartment
    ? `<b>${escaped(name)}</b> <font color="${FAINT}">${what}</font>`
    : `<font color="${FAINT}"><b>${escaped(what)}</b> ${escaped(name)}</font>`;
  const look = compartment
    ? `style="rounded,filled", fillcolor=${quoted("#f3f1ea")}, color=${quoted(KINDS.identity.line)}, penwidth=1.4, fontsize=14, margin=14`
    : `style="rounded,filled", fillcolor=${quoted("#ffffff")}, color=${quoted("#c3cad3")}, penwidth=1, fontsize=10, margin=9`;
  return [
    `subgraph ${quoted(`cluster ${resource.urn}`)} {`,
    `graph [${look}, labeljust=l, label=<${mark(resource)}${heading}>]`,
    ...resources.map(node),
    ...boxes.map(cluster),
    "}",
  ].join("\n");
}

function node(resource: StackResource): string {
  const { fill, line } = KINDS[kindOf(resource)];
  const label =
    `<table border="1" cellborder="0" cellspacing="0" cellpadding="5" style="rounded" bgcolor="${fill}" color="${line}">` +
    `<tr><td align="left" width="120">${mark(resource)}<b>${escaped(resource.name)}</b><br align="left"/>` +
    `<font point-size="9" color="${line}">${escaped(resource.what)}</font><br align="left"/></td></tr></table>`;
  return `${quoted(resource.urn)} [label=<${label}>, tooltip=${quoted(resource.type)}]`;
}

function title({ project, stack, resources }: StackDocument): string {
  const used = new Set(resources.filter(({ custom }) => custom).map(kindOf));
  const changes = new Set(resources.map(({ change }) => change));
  const swatches = (Object.keys(KINDS) as Kind[])
    .filter((kind) => used.has(kind))
    .map(
      (kind) =>
        `<td border="1" style="rounded" bgcolor="${KINDS[kind].fill}" color="${KINDS[kind].line}" width="16" height="10" fixedsize="true"></td>` +
        `<td align="left"><font point-size="10">${KINDS[kind].legend}  </font></td>`,
    );
  const marks = (Object.keys(MARKS) as Change[])
    .filter((change) => changes.has(change))
    .map(
      (change) =>
        `<td align="left"><font point-size="10" color="${MARKS[change].colour}"><b>${MARKS[change].sign}</b> ${change}  </font></td>`,
    );
  return (
    `<table border="0" cellborder="0" cellspacing="3" cellpadding="1">` +
    `<tr><td align="left" colspan="40"><font point-size="18"><b>${escaped(project)}</b> stack ${escaped(stack)}</font></td></tr>` +
    `<tr>${swatches.join("")}<td align="left"><font point-size="10">A → B: B needs A  </font></td>${marks.join("")}</tr><tr><td height="8"></td></tr></table>`
  );
}

function mark({ change }: StackResource): string {
  if (change === undefined) return "";
  const { sign, colour } = MARKS[change];
  return `<font color="${colour}"><b>${sign} </b></font>`;
}

/** A string of Graphviz's language. */
function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

/** Text in a label of Graphviz's. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
