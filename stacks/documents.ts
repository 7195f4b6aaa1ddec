import { z } from "zod";
import { StackError } from "./errors";

const urns = z
  .array(z.string())
  .nullish()
  .transform((urns) => urns ?? []);

const stateSchema = z.object({
  /** Pulumi's type token. */
  type: z.string(),
  /** False for components. */
  custom: z.boolean().default(false),
  protect: z.boolean().default(false),
  id: z.string().optional(),
  /** URN. */
  parent: z.string().optional(),
  inputs: z.record(z.string(), z.unknown()).default({}),
  /** URNs. */
  dependencies: urns,
  /** Input → URNs of the resources that it comes from. */
  propertyDependencies: z.record(z.string(), urns).default({}),
});

const stepSchema = z.object({
  /** `create`, `same`, `delete-replaced`, … */
  op: z.string(),
  urn: z.string(),
  /** URN and ID, for what has a provider. */
  provider: z.string().optional(),
  oldState: stateSchema.optional(),
  newState: stateSchema.optional(),
});

const exportedSchema = stateSchema.extend({
  urn: z.string(),
  /** Replaced already, and still to be deleted. */
  delete: z.boolean().default(false),
  /** Only read by the program. */
  external: z.boolean().default(false),
});

const previewSchema = z.object({ steps: z.array(stepSchema).default([]) });

const exportSchema = z.object({
  deployment: z.object({ resources: z.array(exportedSchema).nullish() }).optional(),
});

/** A resource as the engine knows it. */
export type ResourceState = z.output<typeof stateSchema>;
export type PreviewStep = z.output<typeof stepSchema>;
export type ExportedResource = z.output<typeof exportedSchema>;

/**
 * @param text what `pulumi preview --json` prints
 * @returns a replacement as several steps with one URN
 * @throws StackError where it is something else
 */
export function readPreviewSteps(text: string): PreviewStep[] {
  return read(text, previewSchema, "pulumi preview --json").steps;
}

/**
 * @param text what `pulumi stack export` prints
 * @throws StackError where it is something else
 */
export function readExportedResources(text: string): ExportedResource[] {
  return read(text, exportSchema, "pulumi stack export").deployment?.resources ?? [];
}

function read<Schema extends z.ZodType>(text: string, schema: Schema, command: string): z.output<Schema> {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new StackError(`\`${command}\` printed no JSON document; run it yourself to see what it says.`);
  }
  const { success, data } = schema.safeParse(document);
  if (success) return data;
  throw new StackError(
    `\`${command}\` printed a document that this version does not understand; use Pulumi 3.`,
  );
}
