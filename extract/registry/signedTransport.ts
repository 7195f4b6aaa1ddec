import type { SendRequest } from "../../account";
import type { Transport } from "./transport";

/** Lets the account's signed GET requests go through the transport: its proxies, authorities and retries. */
export function through(transport: Transport): SendRequest {
  return async (url, { headers }) => {
    const response = await transport.send(url, { headers: Object.fromEntries(headers) });
    const received = Object.entries(response.headers).filter(
      (header): header is [string, string] => typeof header[1] === "string",
    );
    return new Response(await response.text(), { status: response.statusCode, headers: received });
  };
}
