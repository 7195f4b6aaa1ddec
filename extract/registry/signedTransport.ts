import type { SendRequest } from "../../account";
import type { Transport } from "./transport";

/** Lets the account's signed requests go through the transport: its proxies, authorities and retries. */
export function through(transport: Transport): SendRequest {
  return async (url, { method, headers, body }) => {
    const request = { method, headers: Object.fromEntries(headers), ...(body !== undefined && { body }) };
    const response = await transport.send(url, request);
    const received = Object.entries(response.headers).filter(
      (header): header is [string, string] => typeof header[1] === "string",
    );
    const text = await response.text();
    return new Response(text === "" ? null : text, { status: response.statusCode, headers: received });
  };
}
