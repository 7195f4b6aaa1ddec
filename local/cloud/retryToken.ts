import { createHash } from "node:crypto";
import { conflict } from "./errors";
import type { Call, Reply } from "./service";
import { defineKind, type Store } from "./store";

interface KeptReply {
  bodyDigest: string;
  at: number;
  reply: Omit<Reply, "resource"> & { etag?: string };
}

/** Replies to creates with an `opc-retry-token`: the same request again gets the same answer, for 24 hours. */
export const keptReplies = defineKind<KeptReply>("retryToken");

const KEPT_FOR = 24 * 3600 * 1000;
const secretReplies = new Map<string, KeptReply>();

export async function once(
  call: Call,
  body: Buffer,
  run: () => Promise<Reply>,
): Promise<Reply & { etag?: string }> {
  const token = call.headers["opc-retry-token"];
  if (typeof token !== "string" || token === "" || call.operation.method !== "POST") {
    return run();
  }
  const { store } = call.cloud;
  const id = [call.caller.userId, call.operation.name, token].join("/");
  const bodyDigest = createHash("sha256").update(body).digest("hex");
  const stored = store.get(keptReplies, id);
  const kept = stored?.document ?? secretReplies.get(id);
  if (kept && Date.now() - kept.at < KEPT_FOR) {
    if (kept.bodyDigest !== bodyDigest) {
      throw conflict(
        "InvalidatedRetryToken",
        "The retry token was used in an earlier request with another body.",
      );
    }
    return kept.reply;
  }
  const { resource, ...rest } = await run();
  const reply = { ...rest, etag: resource?.etag };
  const entry = { bodyDigest, at: Date.now(), reply };
  if (call.operation.secretReply === true) {
    secretReplies.set(id, entry);
  } else {
    store.remove(keptReplies, id);
    store.insert(keptReplies, { id, compartmentId: "", name: "" }, entry);
  }
  return reply;
}

/** Removes what no retry can ask for any more; clients send a token with nearly every create. */
export function removeOldReplies(store: Store): void {
  for (const { id, document } of store.find(keptReplies)) {
    if (Date.now() - document.at >= KEPT_FOR) {
      store.remove(keptReplies, id);
    }
  }
}
