import { Uses } from "./uses";

const digest = `sha256:${"a".repeat(64)}`;
const image = (...tags: string[]) => ({ digest, tags: tags.map((name) => ({ name })) });

test.each<[string, string, string[], boolean]>([
  ["its digest", `{"uri":"gru.ocir.io/ns/app@${digest}"}`, [], true],
  ["its digest alone, of whatever repository", digest, ["1.0.0"], true],
  ["its tag", `{"reference":"gru.ocir.io/ns/app:1.0.0"}`, ["1.0.0"], true],
  ["one of its tags", "gru.ocir.io/ns/app:latest", ["1.0.0", "latest"], true],
  ["its tag in JSON in JSON", String.raw`{"plaintext":"{\"image\":\"h/ns/app:1.0.0\"}"}`, ["1.0.0"], true],
  ["its tag after a line's end in JSON", String.raw`{"text":"run\napp:1.0.0\n"}`, ["1.0.0"], true],
  ["a longer tag", "gru.ocir.io/ns/app:1.0.0-rc.1", ["1.0.0"], false],
  ["a tag that only a pattern would take for it", "gru.ocir.io/ns/app:1x0x0", ["1.0.0"], false],
  ["another repository", "gru.ocir.io/ns/other:1.0.0", ["1.0.0"], false],
  ["another digest", `sha256:${"b".repeat(64)}`, ["1.0.0"], false],
  ["nothing", "", [], false],
])("a text with %s", (_, text, tags, used) => {
  const uses = new Uses([
    { name: "stack empty", text: "" },
    { name: "stack dev", text },
  ]);
  expect(uses.of("app", image(...tags))).toBe(used ? "stack dev" : undefined);
});
