import { z } from "zod";
import { PROJECT, SECRETS, kindOf, schema } from "./settings";

type JsonSchema = Record<string, unknown>;

/** Where editors find the JSON Schema, from the checkout's folder. */
export const STACK_SCHEMA_FILE = "configuration/stack.schema.json";

/** What `pulumi config set --secret` writes. */
const encrypted = {
  type: "object",
  properties: { secure: { type: "string" } },
  required: ["secure"],
  additionalProperties: false,
  description: "Encrypted: `pulumi config set --secret KEY`.",
};

/** Pulumi's own keys of a stack file, beside `config`. */
const ownKeys: Record<string, JsonSchema> = {
  secretsprovider: { type: "string", description: "What encrypts the secrets." },
  encryptedkey: { type: "string", description: "Written by Pulumi." },
  encryptionsalt: { type: "string", description: "Written by Pulumi." },
  environment: { description: "Pulumi ESC environments whose values the stack imports." },
};

export const STACK_FILE_KEYS: readonly string[] = ["config", ...Object.keys(ownKeys)];

/** JSON Schema (draft 7, which every editor knows) of a whole `Pulumi.STACK.yaml`, as text. */
export function stackSchema(): string {
  const { properties = {} } = z.toJSONSchema(schema, { io: "input", target: "draft-7" });
  const settings = Object.fromEntries(
    Object.entries(properties).map(([key, property]) => [
      `${PROJECT}:${key}`,
      settingSchema(key, property as JsonSchema),
    ]),
  );
  const document = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Configuration of a stack of fotogal-motando",
    type: "object",
    properties: {
      config: {
        type: ["object", "null"],
        properties: settings,
        // What providers read, such as oci:region, is theirs to check.
        patternProperties: { [`^(?!${PROJECT}:)[^:]+:.`]: {} },
        additionalProperties: false,
      },
      ...ownKeys,
    },
    additionalProperties: false,
    definitions: { encrypted },
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function settingSchema(key: string, property: JsonSchema): JsonSchema {
  const { description, default: byDefault, ...kind } = property;
  const known = { description, ...(byDefault !== undefined && { default: byDefault }) };
  const isSecret = (SECRETS as readonly string[]).includes(key);
  const reference = { $ref: "#/definitions/encrypted" };
  return { ...known, anyOf: isSecret ? [reference] : [orText(key, kind), reference] };
}

/** `pulumi config set` writes every value as text. */
function orText(key: string, kind: JsonSchema): JsonSchema {
  const type = kindOf(schema.shape[key as keyof typeof schema.shape]).type;
  if (type === "string") return kind;
  if (type === "boolean") return { enum: [true, false, "true", "false"] };
  if (Array.isArray(kind.enum)) {
    const texts = kind.enum.filter((value) => typeof value === "number").map(String);
    return { enum: [...(kind.enum as unknown[]), ...texts] };
  }
  const text = kind.type === "integer" ? { pattern: "^[1-9][0-9]*$" } : {};
  return { ...kind, type: [kind.type, "string"], ...text };
}
