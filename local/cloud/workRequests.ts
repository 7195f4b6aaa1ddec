import type { models as nosql } from "oci-nosql";
import type { Cloud } from "./cloud";
import { ServiceError } from "./errors";
import { newOcid } from "./ocid";
import type { Effect, Service } from "./service";
import { defineKind, type Resource } from "./store";
import type { Wire } from "./wire";

type Status = Exclude<`${nosql.WorkRequest.Status}`, "UNKNOWN_VALUE">;

export interface WorkResource {
  entityType: string;
  actionType: "CREATED" | "UPDATED" | "DELETED" | "RELATED";
  identifier: string;
  entityUri?: string;
}

/** A work request with what is still to be done. `status` and the times are those of every service's API. */
export interface WorkDocument {
  service: string;
  operationType: string;
  status: Status;
  resource: WorkResource;
  timeAccepted: string;
  timeFinished?: string;
  /** Milliseconds since the epoch. */
  due: number;
  effect: string;
  args: Record<string, string>;
  error?: Wire<nosql.WorkRequestError>;
}

export interface Work {
  service: string;
  operationType: string;
  compartmentId: string;
  resource: WorkResource;
  /** The name of one of the service's effects. */
  effect: string;
  args: Record<string, string>;
}

const OCID_TYPES: Record<string, string> = { nosql: "nosqltableworkrequest", logging: "logworkrequest" };

/** Ended work requests stay for a week, in milliseconds. */
const KEPT_FOR = 7 * 24 * 3600 * 1000;

export const workRequests = defineKind<WorkDocument>("workRequest");

/** Runs asynchronous changes. What is pending lies in the store, so it goes on after a restart. */
export class WorkRequests {
  private readonly effects = new Map<string, Effect>();
  private readonly timers = new Map<string, NodeJS.Timeout>();

  constructor(private readonly cloud: () => Cloud) {}

  addEffects(service: Service): void {
    for (const [name, effect] of Object.entries(service.effects ?? {})) {
      this.effects.set(`${service.name}.${name}`, effect);
    }
  }

  /** Accepts a change and returns the work request's id. */
  start({ compartmentId, ...work }: Work): string {
    const { store, account, controls } = this.cloud();
    const id = newOcid(OCID_TYPES[work.service] ?? `${work.service}workrequest`, account.homeRegion.name);
    const now = Date.now();
    const document: WorkDocument = {
      ...work,
      status: "ACCEPTED",
      timeAccepted: new Date(now).toISOString(),
      due: now + controls.latencyOf(work.service),
    };
    this.schedule(store.insert(workRequests, { id, compartmentId, name: work.service }, document));
    return id;
  }

  /** Takes up what an earlier process left pending, and forgets what ended long ago. */
  resume(): void {
    const { store } = this.cloud();
    for (const request of store.find(workRequests)) {
      if (request.document.status === "ACCEPTED") {
        this.schedule(request);
      } else if (Date.now() - request.document.due > KEPT_FOR) {
        store.remove(workRequests, request.id);
      }
    }
  }

  /** Ends everything pending now, in the order in which it was due. */
  settle(): void {
    const pending = this.cloud()
      .store.find(workRequests)
      .filter(({ id }) => this.timers.has(id))
      .sort((first, second) => first.document.due - second.document.due);
    for (const { id } of pending) {
      clearTimeout(this.timers.get(id));
      this.finish(id);
    }
  }

  stop(): void {
    for (const timer of this.timers.values()) {
      clearTimeout(timer);
    }
    this.timers.clear();
  }

  private schedule({ id, document }: Resource<WorkDocument>): void {
    const timer = setTimeout(() => this.finish(id), Math.max(0, document.due - Date.now()));
    this.timers.set(id, timer);
  }

  private finish(id: string): void {
    this.timers.delete(id);
    const cloud = this.cloud();
    const request = cloud.store.get(workRequests, id);
    if (!request) {
      return;
    }
    const end = (outcome: Partial<WorkDocument>) => {
      const timeFinished = new Date().toISOString();
      cloud.store.update(workRequests, request, { ...request.document, ...outcome, timeFinished });
    };
    const { service, effect, args } = request.document;
    try {
      cloud.store.transaction(() => {
        const run = this.effects.get(`${service}.${effect}`);
        if (!run) {
          throw new Error(`There is no effect ${service}.${effect}.`);
        }
        run(cloud, args);
        end({ status: "SUCCEEDED" });
      });
    } catch (error) {
      const code = error instanceof ServiceError ? error.code : "InternalServerError";
      const timestamp = new Date().toISOString();
      end({ status: "FAILED", error: { code, message: (error as Error).message, timestamp } });
    }
  }
}
