import type { StackDocument, StackResource } from "./stackDocument";

/** A component, or a compartment of the stack, with what is in it. */
export interface Box {
  /** Of a compartment the resource, of a component the component. */
  resource: StackResource;
  /** Whether it is a compartment: then what the stack makes in it lies in it, too. */
  compartment: boolean;
  resources: StackResource[];
  boxes: Box[];
}

/** A dependency, by URNs. */
export interface Arrow {
  /** What is needed. */
  from: string;
  to: string;
  /** How many columns to the right of `from` its end at least is. */
  columns: number;
}

export interface Layout {
  /** Outermost. */
  boxes: Box[];
  /** In no box. */
  resources: StackResource[];
  /** Only those that no others imply. */
  arrows: Arrow[];
}

/** Puts resources into boxes: into their component's, and that into the compartment that all of it is made in. */
export function layOut({ resources }: StackDocument): Layout {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const parents = new Set(resources.map(({ parent }) => parent));
  const isBox = ({ custom, urn }: StackResource) => !custom && parents.has(urn);
  const boxes = new Map<string, Box>();
  for (const resource of resources.filter(isBox)) {
    boxes.set(resource.urn, { resource, compartment: false, resources: [], boxes: [] });
  }
  const layout: Layout = { boxes: [], resources: [], arrows: [] };
  for (const resource of resources.filter((each) => !isBox(each))) {
    (boxes.get(resource.parent ?? "") ?? layout).resources.push(resource);
  }
  for (const box of boxes.values()) (boxes.get(box.resource.parent ?? "") ?? layout).boxes.push(box);
  const compartments = compartmentBoxes(boxes, byUrn);
  for (const box of layout.boxes.filter(({ compartment }) => !compartment)) {
    const within = compartments.get(commonCompartment(box) ?? "");
    if (within === undefined) continue;
    within.boxes.push(box);
    layout.boxes = layout.boxes.filter((each) => each !== box);
  }
  const needs = neededBy(resources, new Set(compartments.keys()));
  const inside = new Set([...compartments.values()].flatMap(resourcesIn));
  const arrows = arrowsOf(needs, inside);
  // Graphviz keeps this order as far as it can, from below: so the way out of a compartment is free.
  const leaving = new Set(arrows.filter(({ columns }) => columns > 1).map(({ from }) => from));
  for (const { boxes } of compartments.values()) {
    const ways = (box: Box) => resourcesIn(box).filter((urn) => leaving.has(urn)).length;
    boxes.sort((a, b) => ways(b) - ways(a));
  }
  return { ...layout, arrows };
}

/** A component that makes nothing but a compartment is that compartment's box. Compartment's URN → box. */
function compartmentBoxes(boxes: Map<string, Box>, byUrn: Map<string, StackResource>): Map<string, Box> {
  const inUse = new Set([...byUrn.values()].map(({ compartment }) => compartment));
  const found = new Map<string, Box>();
  for (const box of boxes.values()) {
    const [only, ...more] = box.resources;
    if (only === undefined || more.length > 0 || box.boxes.length > 0 || !inUse.has(only.urn)) continue;
    Object.assign(box, { resource: only, compartment: true, resources: [] });
    found.set(only.urn, box);
  }
  return found;
}

/** The one compartment that everything in a box is made in, as far as it says so. */
function commonCompartment(box: Box): string | undefined {
  const named = new Set([
    ...box.resources.flatMap(({ compartment }) => compartment ?? []),
    ...box.boxes.flatMap((inner) => commonCompartment(inner) ?? []),
  ]);
  return named.size === 1 ? [...named][0] : undefined;
}

function resourcesIn({ resources, boxes }: Box): string[] {
  return [...resources.map(({ urn }) => urn), ...boxes.flatMap(resourcesIn)];
}

/** URN → those of what it needs. What lies in a compartment's box needs that: no arrow has to say so. */
function neededBy(resources: StackResource[], compartments: Set<string>): Map<string, string[]> {
  const known = new Set(resources.map(({ urn }) => urn).filter((urn) => !compartments.has(urn)));
  return new Map(
    resources.map(({ urn, dependencies }) => [urn, dependencies.filter((each) => known.has(each)).sort()]),
  );
}

/** @param inside the URNs of what lies in compartments: what lies outside and needs it is drawn to the right of all of it */
function arrowsOf(needs: Map<string, string[]>, inside: Set<string>): Arrow[] {
  const neededFor = (urn: string) => needs.get(urn) ?? [];
  const allNeededFor: (urn: string) => Set<string> = remembered(
    (urn) => new Set(neededFor(urn).flatMap((each) => [each, ...allNeededFor(each)])),
  );
  const column: (urn: string) => number = remembered((urn) =>
    Math.max(0, ...neededFor(urn).map((each) => column(each) + 1)),
  );
  const firstOutside = Math.max(0, ...[...inside].map(column)) + 1;
  return [...needs].flatMap(([to, direct]) =>
    direct
      .filter((from) => !direct.some((other) => other !== from && allNeededFor(other).has(from)))
      .map((from) => ({
        from,
        to,
        columns: inside.has(from) && !inside.has(to) ? firstOutside - column(from) : 1,
      })),
  );
}

/** Finds each answer once: a deep graph has more ways through it than can be walked. */
function remembered<Answer extends number | Set<string>>(
  find: (urn: string) => Answer,
): (urn: string) => Answer {
  const known = new Map<string, Answer>();
  return (urn) => {
    const answer = known.get(urn) ?? find(urn);
    known.set(urn, answer);
    return answer;
  };
}
