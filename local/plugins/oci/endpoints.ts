import { isLoopbackHost } from "../../../formats/imageReference";
import type { Service } from "./row";

const OFFICIAL = "`pulumi plugin install resource oci 4.20.0` installs the official one";

/** How to leave the stand-in, for messages. */
export const useOfficialPlugin = `This is the local stand-in of the oci plugin; ${OFFICIAL}`;

/** Base URLs of the services, by client name, from CLIENT_HOST_OVERRIDES (`name=url;name=url`). Loopback only. */
export class Endpoints {
  private constructor(private readonly urls: ReadonlyMap<string, string>) {}

  static parse(overrides: string | undefined): Endpoints {
    const pairs = (overrides ?? "").split(";").filter((pair) => pair.trim() !== "");
    if (pairs.length === 0) {
      throw new Error(
        "CLIENT_HOST_OVERRIDES names no endpoint. This is the local stand-in of the oci plugin and reaches the local " +
          `cloud only (\`npm run cloud -- env\` prints its settings); for real OCI ${OFFICIAL}.`,
      );
    }
    const urls = pairs.map((pair): [string, string] => {
      const at = pair.indexOf("=");
      const name = pair.slice(0, at).trim();
      const text = pair.slice(at + 1).trim();
      if (at < 1 || !URL.canParse(text)) {
        throw new Error(`CLIENT_HOST_OVERRIDES: "${pair}" is not CLIENT=URL; separate several with ";".`);
      }
      const url = new URL(text);
      if (!isLoopbackHost(url.hostname)) {
        throw new Error(
          `CLIENT_HOST_OVERRIDES: ${name} points to ${url.host}, and this local stand-in of the oci plugin talks to ` +
            `loopback addresses only; for real OCI ${OFFICIAL}.`,
        );
      }
      return [name, url.href.replace(/\/$/, "")];
    });
    return new Endpoints(new Map(urls));
  }

  of(service: Service): string {
    const url = this.urls.get(service.client);
    if (url) return url;
    throw new Error(
      `CLIENT_HOST_OVERRIDES has no ${service.client}: ${service.title} cannot be reached. ` +
        "`npm run cloud -- env` prints the whole setting.",
    );
  }
}
