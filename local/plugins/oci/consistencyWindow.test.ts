import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConsistencyWindow } from "./consistencyWindow";

test("a window lasts four minutes, in its own process", () => {
  const window = new ConsistencyWindow(undefined);
  expect(window.left(0)).toBe(0);
  window.open(1000);
  expect(window.left(1000)).toBe(240_000);
  expect(window.left(300_000)).toBe(0);
  expect(new ConsistencyWindow("inprocess").left(1000)).toBe(0);
});

test("a file shares the window with the other providers' processes", () => {
  const setting = `file,${join(mkdtempSync(join(tmpdir(), "window-")), "end")}`;
  const other = new ConsistencyWindow(setting);
  expect(other.left(1_000_000)).toBe(0);
  new ConsistencyWindow(setting).open(1_000_000);
  expect(other.left(1_060_000)).toBe(180_000);
});
