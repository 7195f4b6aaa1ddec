import { setTimeout as wait } from "node:timers/promises";
import type { Outcome, Publisher } from "./publisher";

export interface LoopLog {
  info(message: string): void;
  error(error: unknown, message: string): void;
}

/** Publishes what waits, again and again, until `signal` aborts; the ad being handled then is finished first. */
export async function publishUntil(
  signal: AbortSignal,
  publisher: Publisher,
  intervalMilliseconds: number,
  log: LoopLog,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const outcomes = await publisher.publishWaiting(new Date(), (id, error) =>
        log.error(error, `Ad ${id} stays in the queue.`),
      );
      for (const outcome of outcomes) log.info(sentence(outcome));
      const deleted = await publisher.deleteStale(new Date());
      if (deleted > 0) log.info(`Deleted ${deleted} pictures that no ad has named for a day.`);
    } catch (error) {
      log.error(error, "The queue cannot be read.");
    }
    await wait(intervalMilliseconds, undefined, { signal }).catch(() => undefined);
  }
}

function sentence({ id, status, reason }: Outcome): string {
  return reason ? `Ad ${id} is ${status}: ${reason}.` : `Ad ${id} is ${status}.`;
}
