import { inParallel } from "./inParallel";

test("results come in the order of the items, whenever their tasks end", async () => {
  const ends: (() => void)[] = [];
  const started: number[] = [];
  const all = inParallel(
    Array.from({ length: 20 }, (_, index) => index),
    async (item) => {
      started.push(item);
      await new Promise<void>((resolve) => ends.push(resolve));
      return item * 2;
    },
  );
  // The last that began ends first.
  for (let ended = 0; ended < 20; ended++) {
    expect(started.length).toBe(Math.min(20, 8 + ended));
    ends.pop()?.();
    await new Promise(setImmediate);
  }
  expect(await all).toEqual(Array.from({ length: 20 }, (_, index) => index * 2));
});

test("a failure is the answer, and no task begins after it", async () => {
  const started: number[] = [];
  const items = Array.from({ length: 20 }, (_, index) => index);
  const all = inParallel(items, async (item) => {
    started.push(item);
    await Promise.resolve();
    if (item === 3) throw new Error("no");
    await new Promise(setImmediate);
  });
  await expect(all).rejects.toThrow("no");
  await new Promise(setImmediate);
  expect(started).toEqual(items.slice(0, 8));
});
