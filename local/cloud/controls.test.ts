import { Controls, faultsSchema } from "./controls";
import { Store } from "./store";

const target = { service: "identity", operation: "GetCompartment", text: "/20160918/compartments/ocid1.x" };
let store: Store;
let now = 0;
let controls: Controls;

beforeEach(() => {
  store = new Store(":memory:");
  now = 1000;
  controls = new Controls(store, () => now);
});
afterEach(() => store.close());

const set = (...faults: object[]) => (controls.faults = faultsSchema.parse({ faults }).faults);

test("what was created is found again when its window has passed", () => {
  set({ kind: "eventualConsistency", windowMs: 500 });
  controls.noteCreated("identity", "ocid1.x");
  now += 499;
  expect(() => controls.strike(target)).toThrow("not found");
  expect(controls.strike({ ...target, text: "/20160918/compartments/ocid1.y" })).toBeUndefined();
  now += 1;
  expect(controls.strike(target)).toBeUndefined();
});

test("a window of one service leaves what others create alone", () => {
  set({ kind: "eventualConsistency", service: "nosql" });
  controls.noteCreated("identity", "ocid1.x");
  expect(controls.strike(target)).toBeUndefined();
});

test("a spent fault strikes no more", () => {
  set({ kind: "drop", service: "identity", times: 2 });
  expect(controls.strike({ ...target, service: "nosql" })).toBeUndefined();
  expect([controls.strike(target), controls.strike(target), controls.strike(target)]).toEqual([
    "drop",
    "drop",
    undefined,
  ]);
  expect(controls.faults).toEqual([]);
});

test("latency is kept in the store", () => {
  controls.latency = { nosql: 3500 };
  expect(new Controls(store).latencyOf("nosql")).toBe(3500);
  expect(new Controls(store).latencyOf("logging")).toBe(20);
});
