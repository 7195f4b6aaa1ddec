import { evidenceTable, readableSize } from "./evidence";
import { ProgressLine } from "./progress";

test("sizes in their unit", () => {
  expect([0, 999, 1000, 99_940, 999_499, 999_500, 1_603_000_000].map(readableSize)).toEqual([
    "0 B",
    "999 B",
    "1.0 kB",
    "99.9 kB",
    "999 kB",
    "1.0 MB",
    "1.6 GB",
  ]);
});

const layers = [
  {
    digest: `sha256:${"a".repeat(64)}`,
    size: 23_100_000,
    read: false,
    reason: "below WORKDIR /function",
    bytesRead: 0,
  },
  { digest: `sha256:${"b".repeat(64)}`, size: 1_948, read: true, reason: "small", bytesRead: 1_948 },
];

test("the table is aligned and plain", () => {
  expect(evidenceTable(layers)).toBe(
    [
      "layer  digest           size           bytes read  reason",
      "    1  aaaaaaaaaaaa  23.1 MB  skipped           -  below WORKDIR /function",
      "    2  bbbbbbbbbbbb   1.9 kB  read          1,948  small",
      "",
    ].join("\n"),
  );
  expect(evidenceTable(layers, true)).toContain("\x1b[2m    1");
});

describe("progress", () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  function shown(terminal: { isTTY?: boolean; columns?: number }, environment: NodeJS.ProcessEnv): string {
    let text = "";
    const progress = new ProgressLine({ ...terminal, write: (piece) => (text += piece) }, environment);
    progress.tell("Resolving the image");
    progress.tellLayer({ layer: 2, layers: 5, bytes: 1000, total: 34_600_000 });
    jest.advanceTimersByTime(150);
    progress.end();
    jest.advanceTimersByTime(500);
    return text;
  }

  test("a terminal shows one line, which goes away", () => {
    expect(shown({ isTTY: true }, { TERM: "xterm" })).toBe(
      "\r\x1b[KReading layer 2 of 5: 1.0 kB of 34.6 MB\r\x1b[K",
    );
    expect(shown({ isTTY: true, columns: 10 }, { TERM: "xterm" })).toBe("\r\x1b[KReading l\r\x1b[K");
  });

  test("a pipe and a dumb terminal show nothing", () => {
    expect(shown({}, { TERM: "xterm" }) + shown({ isTTY: true }, { TERM: "dumb" })).toBe("");
  });
});
