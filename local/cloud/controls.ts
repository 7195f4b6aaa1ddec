import { z } from "zod";
import { internalError, notFound, tooManyRequests } from "./errors";
import type { Store } from "./store";

/** Milliseconds that a service's work requests take. */
export type Latency = Record<string, number>;

const LATENCY_PRESETS: Record<string, Latency> = {
  default: {},
  /** Creating a NoSQL table took 3.4 to 3.7 s on the real service. */
  seed: { nosql: 3500 },
};

const DEFAULT_LATENCY = 20;
const EVENTUAL_CONSISTENCY_WINDOW = 1000;

export const latencySchema = z.union([
  z
    .strictObject({ preset: z.enum(Object.keys(LATENCY_PRESETS)) })
    .transform(({ preset }) => LATENCY_PRESETS[preset] ?? {}),
  z.record(z.string(), z.number().int().min(0).max(3_600_000)),
]);

/** What the service allows by itself; Oracle raises such limits for a tenancy on request. */
const SERVICE_LIMITS = { nosqlTables: 30 };
export type ServiceLimits = typeof SERVICE_LIMITS;

/** A limit that is left out is the service's own. */
export const limitsSchema = z.strictObject({ nosqlTables: z.number().int().min(1).max(10_000) }).partial();

const faultSchema = z.strictObject({
  /** 429; 500; the connection cut without an answer; 404 for whatever was created within `windowMs`. */
  kind: z.enum(["throttle", "error", "drop", "eventualConsistency"]),
  /** All services or operations when absent. */
  service: z.string().optional(),
  operation: z.string().optional(),
  /** How many requests it strikes before it is spent. */
  times: z.number().int().min(1).default(1),
  windowMs: z.number().int().min(1).default(EVENTUAL_CONSISTENCY_WINDOW),
});

export const faultsSchema = z.strictObject({ faults: z.array(faultSchema) });
export type Fault = z.infer<typeof faultSchema>;

interface Target {
  service: string;
  operation: string;
  /** The request's path, query and body. */
  text: string;
}

/** What tests and demonstrations may turn on: slower work requests, raised limits and faults. Faults are gone after a restart. */
export class Controls {
  private faultList: Fault[] = [];
  private readonly created = new Map<string, { service: string; at: number }>();

  constructor(
    private readonly store: Store,
    private readonly now: () => number = Date.now,
  ) {}

  get latency(): Latency {
    return (this.store.setting("latency") as Latency | undefined) ?? {};
  }

  set latency(latency: Latency) {
    this.store.setSetting("latency", latency);
  }

  get limits(): ServiceLimits {
    return { ...SERVICE_LIMITS, ...(this.store.setting("limits") as Partial<ServiceLimits> | undefined) };
  }

  set limits(limits: Partial<ServiceLimits>) {
    this.store.setSetting("limits", limits);
  }

  get faults(): readonly Fault[] {
    return this.faultList;
  }

  set faults(faults: readonly Fault[]) {
    this.faultList = faults.map((fault) => ({ ...fault }));
    this.created.clear();
  }

  latencyOf(service: string): number {
    return this.latency[service] ?? DEFAULT_LATENCY;
  }

  /** Throws what a fault answers; says when the connection is to be cut. */
  strike(target: Target): "drop" | undefined {
    const fault = this.faultList.find((candidate) => this.applies(candidate, target));
    if (!fault) {
      return undefined;
    }
    if (fault.kind === "eventualConsistency") {
      throw notFound();
    }
    fault.times -= 1;
    this.faultList = this.faultList.filter(({ times }) => times > 0);
    switch (fault.kind) {
      case "throttle":
        throw tooManyRequests();
      case "error":
        throw internalError();
      case "drop":
        return "drop";
    }
  }

  /** Remembers a new resource for the eventual-consistency window. */
  noteCreated(service: string, id: string): void {
    if (this.faultList.some(({ kind }) => kind === "eventualConsistency")) {
      this.created.set(id, { service, at: this.now() });
    }
  }

  private applies(fault: Fault, target: Target): boolean {
    if (fault.operation !== undefined && fault.operation !== target.operation) {
      return false;
    }
    if (fault.kind === "eventualConsistency") {
      return [...this.created].some(
        ([id, { service, at }]) =>
          (fault.service === undefined || fault.service === service) &&
          this.now() - at < fault.windowMs &&
          target.text.includes(id),
      );
    }
    return fault.service === undefined || fault.service === target.service;
  }
}
