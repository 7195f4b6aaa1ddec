/** A classified ad as a visitor sends it. */
export interface Ad {
  title: string;
  description: string;
  make: string;
  model: string;
  /** Model year. */
  year: number;
  kilometres: number;
  /** Price in cents of real. */
  priceCents: number;
  city: string;
  /** Two letters, e.g. SP. */
  state: string;
  /** Names that `POST /pictures` gave, the first one being shown in lists. */
  pictures: string[];
}

export const PICTURE_NAME = "^[0-9a-f]{32}\\.(jpg|png)$";

const text = (minLength: number, maxLength: number) => ({
  type: "string",
  minLength,
  maxLength,
  pattern: "\\S",
});

/** JSON schema of an ad; what it doesn't name is refused. */
export const adSchema = {
  type: "object",
  additionalProperties: false,
  required: [
    "title",
    "description",
    "make",
    "model",
    "year",
    "kilometres",
    "priceCents",
    "city",
    "state",
    "pictures",
  ],
  properties: {
    title: text(5, 80),
    description: text(1, 4000),
    make: text(1, 40),
    model: text(1, 60),
    year: { type: "integer", minimum: 1900, maximum: 2100 },
    kilometres: { type: "integer", minimum: 0, maximum: 2_000_000 },
    priceCents: { type: "integer", minimum: 1, maximum: 1_000_000_000 },
    city: text(2, 80),
    state: { type: "string", pattern: "^[A-Z]{2}$" },
    pictures: {
      type: "array",
      maxItems: 8,
      uniqueItems: true,
      items: { type: "string", pattern: PICTURE_NAME },
    },
  },
};
