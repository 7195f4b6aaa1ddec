import type { Difference } from "./compare";
import type { Found } from "./finders";
import type { Match, Status } from "./match";
import type { Wanted } from "./wanted";

const project = "urn:pulumi:mine::fotogal-motando";
const defaultProvider = `${project}::pulumi:providers:oci::default_4_20_0::1`;

export const urnOf = (type: string, name: string): string => `${project}::${type}::${name}`;

/** A resource that the program would create. */
export function wantedOf(type: string, name: string, more: Partial<Wanted> = {}): Wanted {
  const custom = !/^(fotogal-motando|pulumi):/.test(type);
  return {
    ...{ urn: urnOf(type, name), type, name, custom, protect: custom, op: "create", inputs: {}, sources: {} },
    ...(custom && { provider: defaultProvider }),
    ...more,
  };
}

export function matchOf(
  wanted: Wanted,
  status: Status,
  more: { noun?: string; name?: string; found?: Found; differences?: Difference[]; kept?: Difference[] } = {},
): Match {
  const { noun = "resource", name = wanted.name, found, differences = [], kept = [] } = more;
  const candidates = found === undefined ? [] : [found];
  return { wanted, noun, name, status, ...(found && { found }), candidates, differences, kept };
}
