import type { Failure, Plugin } from "../shared/plugin";
import { publishImage } from "./image";
import { checkImage, diffImage, officialPlugin } from "./imageInputs";

const imageType = "docker:index/image:Image";
/** What the SDK itself puts into a provider's configuration. */
const ownSettings = ["host", "version", "pluginDownloadURL"];

/** Address of the Docker Engine from the provider's configuration. */
let engineHost: string | undefined;

/** Serves `docker.Image` with the Docker Engine. */
export const dockerPlugin: Plugin = {
  name: "docker",
  version: "5.2.0",
  checkConfig: (news) =>
    Object.keys(news)
      .filter((name) => !ownSettings.includes(name))
      .map((name) => ({
        // No property: the engine would print its value, which may hold a password.
        property: "",
        reason: `provider setting ${name} is not served by the local docker plugin, which only takes host: ${officialPlugin}`,
      })),
  configure({ host }) {
    if (typeof host === "string" && host !== "") engineHost = host;
  },
  async check({ type, news }) {
    if (type !== imageType) throw notServed(`Resource type ${type}`);
    const { inputs, failures } = await checkImage(news);
    return { inputs, failures: failures.map(withoutValue) };
  },
  diff: ({ oldInputs, news }) => diffImage(oldInputs, news),
  async create(request) {
    const outputs = await publishImage(request, engineHost);
    const { imageName } = request.inputs;
    return { id: request.preview || typeof imageName !== "string" ? "" : imageName, outputs };
  },
  read({ id, inputs, olds, type }) {
    if (type !== imageType) throw notServed(`Resource type ${type}`);
    if (!inputs || !olds) {
      throw new Error(
        `Image ${id} cannot be imported, since a registry does not tell how it was built: declare it, and it is built anew.`,
      );
    }
    return Promise.resolve({ id, inputs, outputs: olds });
  },
  update: (request) => publishImage(request, engineHost),
  // The image stays in the engine and in the registry: somebody may run it.
  delete: () => Promise.resolve(),
  invoke({ token }) {
    throw notServed(`Function ${token}`);
  },
};

/** The engine prints the value of a failure's property, which may hold a password: the path goes into the text instead. */
function withoutValue({ property, reason }: Failure): Failure {
  return { property: "", reason: property === "" ? reason : `${property} ${reason}` };
}

function notServed(what: string): Error {
  return new Error(
    `${what} is not served by the local docker plugin, which serves ${imageType} only: ${officialPlugin}.`,
  );
}
