import type { models } from "oci-functions";
import { formatImageReference, parseImageReference } from "../../formats/imageReference";
import { platformOfShape } from "../../formats/platform";
import { ExtractError } from "../errors";
import { inParallel } from "../inParallel";
import type { OciApi, OciApiOptions } from "./ociApi";
import { type Named, noImageOfItsOwn, theOnly } from "./theOnly";

/** A function's exact names. */
export interface FunctionNames {
  application: string;
  function: string;
  /** Exact name, or OCID, of the application's compartment. Default: any of the tenancy. */
  compartment?: string;
}

/** A function and the image that it runs. */
export interface DeployedFunction {
  /** OCID. */
  id: string;
  name: string;
  application: string;
  applicationId: string;
  compartmentId: string;
  /** As the function names it. */
  image: string;
  /** `sha256:…` of what it runs, wherever the tag has moved since. */
  imageDigest: string;
  memoryInMBs?: number;
  timeoutInSeconds?: number;
  /** The application's, such as `GENERIC_X86`. */
  shape?: string;
  /** Names of the function's configuration variables. */
  config: string[];
  /** Names of those that it has from its application. */
  applicationConfig: string[];
  /** The image pinned to the digest. */
  reference: string;
  /** The image's platform that the shape runs; undefined where it runs several. */
  platform?: string;
}

export function isOcid(text: string): boolean {
  return text.startsWith("ocid1.");
}

/**
 * Looks a function up in OCI, and the image it was deployed with.
 * @param wanted its OCID or names
 * @throws ExtractError, which lists what there is where a name is wrong; AccountError
 */
export async function findFunction(
  wanted: string | FunctionNames,
  options: OciApiOptions = {},
): Promise<DeployedFunction> {
  if (typeof wanted === "string" && !wanted.startsWith("ocid1.fnfunc.")) {
    throw new ExtractError(
      `"${wanted}" is not a function's OCID, which begins with ocid1.fnfunc.; or name it by --application and --function.`,
    );
  }
  const { OciApi } = await import("./ociApi");
  const api = await OciApi.open(options, typeof wanted === "string" ? wanted : "");
  try {
    const found = await required(
      api,
      "function",
      typeof wanted === "string" ? wanted : await idByNames(api, wanted),
    );
    return describe(found, await required(api, "application", found.applicationId ?? ""));
  } finally {
    api.close();
  }
}

async function required<K extends "application" | "function">(api: OciApi, kind: K, id: string) {
  const found = await api.get("functions", kind, id);
  if (found !== undefined) return found;
  throw new ExtractError(
    `There is no ${kind} ${id}, or the account may not see it; check the OCID and the account's policies.`,
  );
}

function describe(found: models.Function, application: models.Application): DeployedFunction {
  const { id, displayName: name = "", image, imageDigest, memoryInMBs, timeoutInSeconds } = found;
  if (/^delet/i.test(found.lifecycleState ?? "")) throw new ExtractError(`The function ${id} is deleted.`);
  if (!image || !imageDigest) throw new ExtractError(noImageOfItsOwn(name));
  const { shape } = application;
  const platform = platformOfShape(shape);
  return {
    id,
    name,
    application: application.displayName ?? "",
    applicationId: application.id,
    compartmentId: found.compartmentId ?? "",
    image,
    imageDigest,
    ...(memoryInMBs !== undefined && { memoryInMBs }),
    ...(timeoutInSeconds !== undefined && { timeoutInSeconds }),
    ...(shape !== undefined && { shape }),
    config: Object.keys(found.config ?? {}),
    applicationConfig: Object.keys(application.config ?? {}),
    reference: formatImageReference({ ...parseImageReference(image), digest: imageDigest }),
    ...(platform !== undefined && { platform }),
  };
}

async function idByNames(api: OciApi, names: FunctionNames): Promise<string> {
  const compartments = await compartmentsOf(api, names.compartment);
  const place = names.compartment === undefined ? "the tenancy" : `compartment "${names.compartment}"`;
  const application = await theOnly({
    what: `application "${names.application}" in ${place}`,
    name: names.application,
    list: (displayName) => applicationsIn(api, compartments, place, displayName),
    ifSeveral:
      names.compartment === undefined && compartments.length > 1
        ? "name the compartment too, or the function by its OCID; these have that name"
        : "name the function by its OCID; these have that name",
  });
  const found = await theOnly({
    what: `function "${names.function}" in application "${names.application}"`,
    name: names.function,
    list: async (displayName) =>
      named(await api.list("functions", "functions", { applicationId: application.id, displayName })),
    ifSeveral: "name one by its OCID",
  });
  return found.id;
}

/** OCIDs of the compartments to look in: those of the tenancy, unless one is wanted. */
export async function compartmentsOf(api: OciApi, wanted?: string): Promise<string[]> {
  if (wanted !== undefined && isOcid(wanted)) return [wanted];
  const { tenancyId } = api.account;
  const list = async (name?: string): Promise<Named[]> => {
    const query = { compartmentId: tenancyId, compartmentIdInSubtree: "true", accessLevel: "ANY", name };
    const found = (await api.list("identity", "compartments", query)) ?? [];
    return found.map((one) => ({ id: one.id, name: one.name, state: one.lifecycleState }));
  };
  if (wanted === undefined) {
    const active = (await list()).filter(({ state }) => state === "ACTIVE");
    return [tenancyId, ...active.map(({ id }) => id)];
  }
  const what = `compartment "${wanted}" in the tenancy`;
  const { id } = await theOnly({ what, name: wanted, list, ifSeveral: "name one by its OCID" });
  return [id];
}

/** Those of every compartment that the account may see. */
async function applicationsIn(
  api: OciApi,
  compartments: readonly string[],
  place: string,
  displayName: string | undefined,
): Promise<Named[]> {
  const lists = await inParallel(compartments, (compartmentId) =>
    api.list("functions", "applications", { compartmentId, displayName }),
  );
  const seen = lists.filter((list) => list !== undefined);
  if (seen.length > 0) return named(seen.flat());
  throw new ExtractError(
    `The account may not see the applications in ${place}, or there is no such compartment; check the OCID and the account's policies.`,
  );
}

function named(
  found: readonly { id: string; displayName?: string; lifecycleState?: string }[] | undefined,
): Named[] {
  return (found ?? []).map(({ id, displayName = "", lifecycleState = "" }) => ({
    id,
    name: displayName,
    state: lifecycleState,
  }));
}
