import { createHash } from "node:crypto";
import { Enums, Models, Serialize, Spec, SPDX } from "@cyclonedx/cyclonedx-library";
import { type LockedPackage, type Lockfile, resolveDependency } from "./lockfile";

export const BOM_TYPE = "application/vnd.cyclonedx+json";

export interface BomSubject {
  /** What the packages are in, such as the image's name. */
  name: string;
  version: string;
  /** Seconds since 1970: SOURCE_DATE_EPOCH. Default: no timestamp. */
  epoch?: number;
}

/**
 * A CycloneDX 1.6 bill of materials in JSON, of the packages that a lockfile installs for production.
 * The same lockfile and subject give the same bytes.
 */
export function billOfMaterials(lockfile: Lockfile, { name, version, epoch }: BomSubject): string {
  const root = new Models.Component(Enums.ComponentType.Application, name, {
    version,
    bomRef: purl(name, version),
    purl: purl(name, version),
    licenses: licenses(lockfile.root.license),
  });
  const components = new Map(lockfile.packages.map((each) => [each.path, component(each)]));
  for (const [from, to] of [[lockfile.root, root] as const, ...pairs(lockfile.packages, components)]) {
    for (const dependency of from.dependencies) {
      const found = components.get(resolveDependency(from.path, dependency, components) ?? "");
      if (found !== undefined) to.dependencies.add(found.bomRef);
    }
  }
  const bom = new Models.Bom({
    metadata: new Models.Metadata({
      component: root,
      lifecycles: new Models.LifecycleRepository([Enums.LifecyclePhase.PreBuild]),
      ...(epoch !== undefined && { timestamp: new Date(epoch * 1000) }),
    }),
    components: new Models.ComponentRepository(components.values()),
  });
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  const serialize = () => serializer.serialize(bom, { sortLists: true });
  bom.serialNumber = serialNumber(serialize());
  return serialize();
}

function* pairs(
  packages: readonly LockedPackage[],
  components: ReadonlyMap<string, Models.Component>,
): Generator<readonly [LockedPackage, Models.Component]> {
  for (const each of packages) {
    const found = components.get(each.path);
    if (found !== undefined) yield [each, found];
  }
}

function component({ path, name, version, license, integrity, optional }: LockedPackage): Models.Component {
  const [, group, ownName = name] = /^(@[^/]+)\/(.+)$/.exec(name) ?? [];
  return new Models.Component(Enums.ComponentType.Library, ownName, {
    group,
    version,
    // One package may be there several times, at several places.
    bomRef: path,
    purl: purl(name, version),
    licenses: licenses(license),
    hashes: new Models.HashDictionary(hashes(integrity)),
    scope: optional ? Enums.ComponentScope.Optional : Enums.ComponentScope.Required,
  });
}

function purl(name: string, version: string): string {
  return `pkg:npm/${name.split("/").map(encodeURIComponent).join("/")}@${encodeURIComponent(version)}`;
}

function licenses(license: string | undefined): Models.LicenseRepository {
  if (license === undefined) return new Models.LicenseRepository();
  if (SPDX.isSupportedSpdxId(license)) return new Models.LicenseRepository([new Models.SpdxLicense(license)]);
  const isExpression = / (?:AND|OR|WITH) /.test(license);
  return new Models.LicenseRepository([
    isExpression ? new Models.LicenseExpression(license) : new Models.NamedLicense(license),
  ]);
}

/** The lockfile's `sha512-BASE64`, of the packed package. */
function hashes(integrity: string | undefined): [Enums.HashAlgorithm, string][] {
  const algorithms = {
    sha1: Enums.HashAlgorithm["SHA-1"],
    sha256: Enums.HashAlgorithm["SHA-256"],
    sha384: Enums.HashAlgorithm["SHA-384"],
    sha512: Enums.HashAlgorithm["SHA-512"],
  };
  return (integrity?.split(/\s+/) ?? []).flatMap((each): [Enums.HashAlgorithm, string][] => {
    const [, name, base64 = ""] = /^(sha1|sha256|sha384|sha512)-([A-Za-z0-9+/=]+)/.exec(each) ?? [];
    if (name === undefined) return [];
    return [[algorithms[name as keyof typeof algorithms], Buffer.from(base64, "base64").toString("hex")]];
  });
}

/** A UUID made from the content, as version 8 of RFC 9562 has it: for one's own kinds. */
function serialNumber(content: string): string {
  const hex = createHash("sha256").update(content).digest("hex");
  const variant = ((parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
  ];
  return `urn:uuid:${[...parts, hex.slice(20, 32)].join("-")}`;
}
