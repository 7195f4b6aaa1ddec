import { z } from "zod";

// Kinds of values. An issue's message says what to write; that of a custom issue says what was found, too.

export const flag = (byDefault: boolean) => z.boolean({ error: "write true or false" }).default(byDefault);

/** A text that a function of `formats/` looks at. `pattern` is what an editor can check of that. */
export const checked = (problemOf: (value: string) => string | undefined, pattern?: string) =>
  z
    .string()
    .superRefine((value, context) => {
      const problem = problemOf(value);
      if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
    })
    .meta(pattern === undefined ? {} : { pattern });

export const compartmentId = z.string().regex(/^ocid1\.(compartment|tenancy)\.[^.]+\.[^.]*\.[a-z0-9]+$/, {
  error: "write a compartment's OCID, ocid1.compartment.oc1..…",
});

export const wholeNumber = (most: number) => {
  const error = `write a whole number from 1 to ${most}`;
  return z.int({ error }).min(1, { error }).max(most, { error });
};

export const name = z
  .string({ error: "write its exact name" })
  .trim()
  .min(1, { error: "write its exact name" });

export const secretKey = z.string().min(32, { error: "give at least 32 random characters" });

export const oneOf = <const T extends readonly (string | number)[]>(values: T) =>
  z.literal(values, { error: `write ${values.slice(0, -1).join(", ")} or ${values.at(-1) ?? ""}` });

/** A list of some of the names. */
export const someOf = <const T extends readonly string[]>(names: T) => {
  const error = `write a list of ${names.join(", ")}`;
  return z.array(z.enum(names, { error }), { error });
};
