import { BlockList, isIP } from "node:net";
import { isLoopbackHost } from "../../formats/imageReference";
import { ExtractError } from "../errors";

export interface Proxy {
  /** With credentials, if it has any: not for messages. */
  href: string;
  /** For messages. */
  host: string;
  /** The variable that names it. */
  variable: string;
}

/**
 * The proxy that the environment names for a host's HTTPS, by Docker's and curl's rules.
 * @param host with its port unless that is 443
 * @returns undefined for this machine and for what NO_PROXY has
 * @throws ExtractError when the variable has no usable address
 */
export function proxyFor(host: string, environment: NodeJS.ProcessEnv): Proxy | undefined {
  const variable = environment.https_proxy === undefined ? "HTTPS_PROXY" : "https_proxy";
  const value = environment[variable]?.trim();
  if (!value || isLoopbackHost(host)) return undefined;
  if (isException(host, environment.no_proxy ?? environment.NO_PROXY ?? "")) return undefined;
  const text = value.includes("://") ? value : `http://${value}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.host === "") {
    // The value may have a password.
    throw new ExtractError(`${variable} is not the address of a proxy; write it as http://host:port.`);
  }
  return { href: url.href, host: url.host, variable };
}

/**
 * By NO_PROXY's entries: a name (with all below it, and an optional dot or `*.` before it), an address or a network (10.0.0.0/8),
 * each with an optional port but the last, or `*` for all.
 */
function isException(host: string, exceptions: string): boolean {
  const { name, port = "443" } = split(host);
  return exceptions
    .split(/[,\s]+/)
    .filter((entry) => entry !== "")
    .some((entry) => {
      if (entry === "*") return true;
      if (entry.includes("/")) return isInNetwork(name, entry);
      const { name: excepted, port: only = port } = split(entry.replace(/^\*?\./, ""));
      return only === port && (name === excepted || (isIP(name) === 0 && name.endsWith(`.${excepted}`)));
    });
}

/** Without the brackets of an IPv6 address. */
function split(host: string): { name: string; port?: string } {
  const lower = host.toLowerCase();
  if (isIP(lower) === 6) return { name: lower };
  const [, name = lower, port] = /^\[?([^\]]*?)\]?(?::(\d+))?$/.exec(lower) ?? [];
  return { name, ...(port !== undefined && { port }) };
}

function isInNetwork(address: string, entry: string): boolean {
  const [network = "", bits = ""] = entry.split("/");
  const version = isIP(network);
  if (version === 0 || isIP(address) !== version) return false;
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > (version === 4 ? 32 : 128)) return false;
  const family = version === 4 ? "ipv4" : "ipv6";
  const networks = new BlockList();
  networks.addSubnet(network, Number(bits), family);
  return networks.check(address, family);
}
