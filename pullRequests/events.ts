import { z } from "zod";

const stateSchema = z.object({
  custom: z.boolean().optional(),
  protect: z.boolean().optional(),
  retainOnDelete: z.boolean().optional(),
  inputs: z.record(z.string(), z.unknown()).nullish(),
  outputs: z.record(z.string(), z.unknown()).nullish(),
});

const stepSchema = z.object({
  op: z.string(),
  /** `urn:pulumi:STACK::PROJECT::PARENT_TYPE$TYPE::NAME` */
  urn: z.string(),
  type: z.string(),
  old: stateSchema.nullish(),
  new: stateSchema.nullish(),
  /** Inputs that force a replacement. */
  keys: z.array(z.string()).nullish(),
  /** Top-level inputs that differ. */
  diffs: z.array(z.string()).nullish(),
  /** Path → how it differs. */
  detailedDiff: z.record(z.string(), z.object({ diffKind: z.string() })).nullish(),
});

const eventSchema = z.object({
  resourcePreEvent: z.object({ metadata: stepSchema }).optional(),
  diagnosticEvent: z
    .object({ urn: z.string().optional(), message: z.string(), severity: z.string() })
    .optional(),
  policyEvent: z
    .object({
      resourceUrn: z.string().optional(),
      message: z.string(),
      policyName: z.string(),
      enforcementLevel: z.string(),
    })
    .optional(),
});

/** What the engine would do with one resource. */
export type Step = z.infer<typeof stepSchema>;
export type EngineEvent = z.infer<typeof eventSchema>;

/**
 * Reads what the engine wrote with `--event-log`: a JSON document on each line, secrets masked.
 * @throws SyntaxError, ZodError where it is no such log
 */
export function readEvents(log: string): EngineEvent[] {
  return log
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => eventSchema.parse(JSON.parse(line)));
}
