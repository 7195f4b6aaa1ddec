import { request } from "node:http";
import { newFront, serve } from "./registries";

/** Which request is held: before it gets to the server, or its answer. */
export interface Held {
  method: string;
  path: RegExp;
  when: "before" | "after";
}

/** A front that passes everything on, until it is told to hold a request. What asked never gets an answer. */
export interface HoldingFront {
  /** `127.0.0.1:PORT` */
  host: string;
  /** Resolves once such a request is held, or, if only its answer is, carried out. Those after it pass. */
  hold: (held: Held) => Promise<void>;
}

/** @param target `127.0.0.1:PORT` of the server behind. `stopRegistries` ends it. */
export async function startHoldingFront(target: string): Promise<HoldingFront> {
  let next: (Held & { reached: () => void }) | undefined;
  const front = newFront(
    () => target,
    (incoming) => {
      const { method = "", url = "", headers } = incoming;
      const held = next;
      if (held === undefined || held.method !== method || !held.path.test(url)) return false;
      next = undefined;
      if (held.when === "before") {
        held.reached();
        return true;
      }
      const passed = request(`http://${target}${url}`, { method, headers }, (answer) =>
        answer.resume().on("end", held.reached),
      );
      incoming.pipe(passed);
      return true;
    },
  );
  return {
    host: await serve(front),
    hold: (held) => new Promise((reached) => (next = { ...held, reached })),
  };
}
