import fc from "fast-check";
import { ServiceError } from "./errors";
import { page } from "./pagination";
import type { Call } from "./service";
import type { Resource } from "./store";

type Named = Resource<{ time: string }>;

const resource = (name: string, time: string): Named => ({
  id: `id-${name}-${time}`,
  compartmentId: "",
  parentId: "",
  name,
  etag: "",
  document: { time },
});
const options = {
  sort: { NAME: ({ name }: Named) => name, TIME: ({ document }: Named) => document.time },
  by: "NAME",
};
const ask = (resources: Named[], query: Call["query"]) => page({ query } as Call, resources, options);

const lists = fc.uniqueArray(fc.tuple(fc.constantFrom("a", "b", "c"), fc.string({ maxLength: 3 })), {
  selector: ([name, time]) => `${name}-${time}`,
  maxLength: 30,
});

test("pages together are the whole list, in order, whatever their size and order", () => {
  fc.assert(
    fc.property(
      lists,
      fc.integer({ min: 1, max: 10 }),
      fc.constantFrom("NAME", "TIME"),
      fc.constantFrom("ASC", "DESC"),
      (pairs, limit, sortBy, sortOrder) => {
        const all = pairs.map(([name, time]) => resource(name, time));
        const whole = ask(all, { sortBy, sortOrder, limit: "1000" }).resources;
        const seen: Named[] = [];
        let token: string | undefined;
        do {
          const part = ask(all, { sortBy, sortOrder, limit: String(limit), page: token });
          seen.push(...part.resources);
          token = part.headers["opc-next-page"];
        } while (token !== undefined);
        expect(seen).toEqual(whole);
        expect(whole).toHaveLength(all.length);
      },
    ),
  );
});

test("an item removed between two pages hides no other", () => {
  const all = ["a", "b", "c", "d"].map((name) => resource(name, ""));
  const first = ask(all, { limit: "2" });
  const rest = ask(all.slice(2), { page: first.headers["opc-next-page"] });
  expect(rest.resources.map(({ name }) => name)).toEqual(["c", "d"]);
});

test.each([{ limit: "0" }, { limit: "x" }, { page: "junk" }, { sortBy: "COLOUR" }, { sortOrder: "UP" }])(
  "%j is refused",
  (query) => expect(() => ask([], query)).toThrow(ServiceError),
);
