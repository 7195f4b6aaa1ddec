import { noEtagMatch } from "./errors";
import type { Call } from "./service";
import type { Resource } from "./store";

/** Refuses with 412 when `if-match` names another version; NoSQL has a code of its own for it. */
export function requireMatch(call: Call, resource: Resource<unknown>, code?: string): void {
  const wanted = call.headers["if-match"];
  if (wanted === undefined || wanted === "*") {
    return;
  }
  const tags = wanted.split(",").map((tag) => tag.trim().replace(/^"(.*)"$/, "$1"));
  if (!tags.includes(resource.etag)) {
    throw noEtagMatch(code);
  }
}
