import { request } from "node:http";
import { newFront, pass, serve } from "./registries";

/** Which request is held: before it gets to the server, or its answer. */
export interface Held {
  method: string;
  path: RegExp;
  when: "before" | "after";
}

/** A front that passes everything on, until it is told to hold a request. */
export interface HoldingFront {
  /** `127.0.0.1:PORT` */
  host: string;
  /**
   * Resolves once such a request is held or, if only its answer is, carried out; with what lets a request go on. An answer is
   * never given. Those after it pass.
   */
  hold: (held: Held) => Promise<() => void>;
}

/** @param target `127.0.0.1:PORT` of the server behind. `stopRegistries` ends it. */
export async function startHoldingFront(target: string): Promise<HoldingFront> {
  let next: (Held & { reached: (release: () => void) => void }) | undefined;
  const front = newFront(
    () => target,
    (incoming, response) => {
      const { method = "", url = "", headers } = incoming;
      const held = next;
      if (held === undefined || held.method !== method || !held.path.test(url)) return false;
      next = undefined;
      if (held.when === "before") {
        held.reached(() => pass(incoming, response, target));
        return true;
      }
      const passed = request(`http://${target}${url}`, { method, headers }, (answer) =>
        answer.resume().on("end", () => held.reached(() => undefined)),
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
