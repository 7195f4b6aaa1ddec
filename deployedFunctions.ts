import * as artifacts from "@pulumi/oci/artifacts";
import * as functions from "@pulumi/oci/functions";
import * as identity from "@pulumi/oci/identity";
import * as pulumi from "@pulumi/pulumi";
import { live, theOnly } from "./extract/functions/theOnly";
import { formatImageReference, parseImageReference } from "./formats/imageReference";
import { platformOfShape } from "./formats/platform";
import { answerOf, refusal } from "./lookup";

/** Where deployed functions are. */
export interface FunctionPlace {
  /** OCID of the tenancy, which a compartment's name is looked for in. */
  tenancyId: string;
  /** Compartment of the application: its OCID, or its exact name anywhere in the tenancy. */
  compartment: string;
  /** Exact name of the application in that compartment, in the region of the provider. */
  application: string;
  /** Exact name of a function in that application, or of several. Default: every function that has an image of its own. */
  function?: string | readonly string[];
  /** Object Storage namespace of the tenancy. Without it and the next, a tag that has moved on goes unnoticed. */
  namespace?: string;
  /** Host of the registry of the application's region. */
  registryHost?: string;
}

/** A function as it is deployed. */
export interface DeployedFunction {
  name: string;
  /** The image as the function names it. */
  image: string;
  /** `sha256:…` */
  digest: string;
  /** The image's reference by that digest. */
  pinned: string;
  /** `linux/amd64` or `linux/arm64`, as the application's shape has it; undefined where it has both. */
  platform?: string;
}

/** One clause for each thing that is wrong with the arguments. */
export function placeProblems(place: FunctionPlace): string[] {
  const problems = (["compartment", "application"] as const)
    .filter((key) => place[key].trim() === "")
    .map((key) => `${key} is empty; give its exact name${key === "compartment" ? " or OCID" : ""}`);
  const names = namesIn(place);
  return names?.every((name) => name.trim() !== "") === false
    ? [...problems, "function is empty; give its exact name"]
    : problems;
}

/**
 * Looks functions up by name, or all of an application, sorted by name. Warns of functions that are left out, since they have no
 * image of their own, and of images whose tag has moved on since.
 * @throws pulumi.RunError where there is no such function, more than one, or one by that name without an image of its own
 */
export async function findFunctions(
  place: FunctionPlace,
  options: pulumi.InvokeOptions = {},
): Promise<DeployedFunction[]> {
  const compartmentId = await findCompartment(place, options);
  const application = theOnly({
    what: `application "${place.application}" in compartment "${place.compartment}"`,
    name: place.application,
    list: async (displayName) =>
      named((await functions.getApplications({ compartmentId, displayName }, options)).applications),
    ifSeveral,
  });
  const { id: applicationId, shape } = await answerOf(application);
  const list = async (displayName?: string) =>
    named((await functions.getFunctions({ applicationId, displayName }, options)).functions);
  const names = namesIn(place);
  const one = (name: string) =>
    theOnly({ what: `function "${name}" in application "${place.application}"`, name, list, ifSeveral });
  const found = await answerOf(
    names === undefined ? list().then(live) : Promise.all([...new Set(names)].map(one)),
  );

  const prebuilt = found.filter(isPrebuilt).map(({ displayName }) => `"${displayName}"`);
  if (prebuilt.length > 0) tellOfPrebuilt(prebuilt, place, names !== undefined);
  const deployed = found
    .filter((candidate) => !isPrebuilt(candidate))
    .map((candidate) => describeDeployed(candidate, platformOfShape(shape)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (found.length === 0) void pulumi.log.warn(`Application "${place.application}" has no functions.`);
  // Nothing waits for these: they run beside what the program does next.
  for (const running of deployed) void warnOfMovedTag(running, place, options);
  return deployed;
}

const ifSeveral = "rename all but one of these";

function named<T extends { displayName: string }>(found: readonly T[]): (T & { name: string })[] {
  return found.map((one) => ({ ...one, name: one.displayName }));
}

type ListedFunction = Awaited<ReturnType<typeof functions.getFunctions>>["functions"][number];

function namesIn({ function: wanted }: FunctionPlace): readonly string[] | undefined {
  return typeof wanted === "string" ? [wanted] : wanted;
}

function isPrebuilt({ image, imageDigest, sourceDetails }: ListedFunction): boolean {
  // Whatever the type says, the provider may leave an empty list out.
  const sources = sourceDetails as typeof sourceDetails | undefined;
  return !image || !imageDigest || (sources ?? []).some(({ pbfListingId }) => Boolean(pbfListingId));
}

function tellOfPrebuilt(quoted: string[], { application }: FunctionPlace, isRefusal: boolean): void {
  const subject =
    quoted.length === 1 ? `The function ${quoted.join()} has` : `The functions ${quoted.join(", ")} have`;
  const reason = `${subject} no image of ${quoted.length === 1 ? "its" : "their"} own (made from Oracle's catalogue of pre-built functions), so there is no source to recover`;
  if (isRefusal) throw new pulumi.RunError(`${reason}; name functions that were deployed from an image.`);
  void pulumi.log.warn(`${reason}: the others of application "${application}" go on without.`);
}

function describeDeployed(
  { displayName, image, imageDigest }: ListedFunction,
  platform?: string,
): DeployedFunction {
  try {
    const pinned = formatImageReference({ ...parseImageReference(image), digest: imageDigest });
    return { name: displayName, image, digest: imageDigest, pinned, ...(platform && { platform }) };
  } catch (error) {
    throw refusal(error);
  }
}

/** Only the tenancy's own registry tells, and only those who may list its images: otherwise there is nothing to say. */
async function warnOfMovedTag(
  { name, image, digest }: DeployedFunction,
  { tenancyId, namespace, registryHost }: FunctionPlace,
  options: pulumi.InvokeOptions,
): Promise<void> {
  const { host, repository, tag } = parseImageReference(image);
  if (namespace === undefined || host !== registryHost || !repository.startsWith(`${namespace}/`) || !tag)
    return;
  const repositoryName = repository.slice(namespace.length + 1);
  const tagged = { compartmentId: tenancyId, compartmentIdInSubtree: true, repositoryName, version: tag };
  try {
    const { containerImageCollections } = await artifacts.getContainerImages(tagged, options);
    const current = containerImageCollections[0]?.items[0]?.digest;
    if (current === undefined || current === digest) return;
    await pulumi.log.warn(
      `The tag of ${image} has moved on since function "${name}" was deployed: it is ${current} now, the function runs ${digest}. ` +
        "What runs is recovered.",
    );
  } catch {
    // Not allowed to look.
  }
}

async function findCompartment(
  { compartment, tenancyId }: FunctionPlace,
  options: pulumi.InvokeOptions,
): Promise<string> {
  if (compartment.startsWith("ocid1.")) {
    return compartment;
  }
  const subtree = { compartmentId: tenancyId, compartmentIdInSubtree: true, accessLevel: "ANY" };
  const wanted = theOnly({
    what: `compartment "${compartment}" in the tenancy`,
    name: compartment,
    list: async (name) => (await identity.getCompartments({ ...subtree, name }, options)).compartments,
    ifSeveral,
  });
  const { id } = await answerOf(wanted);
  return id;
}
