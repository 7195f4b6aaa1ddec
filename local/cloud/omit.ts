/** A copy without some of the properties. */
export function omit<Value extends object, Key extends keyof Value>(
  value: Value,
  ...keys: Key[]
): Omit<Value, Key> {
  const left: readonly PropertyKey[] = keys;
  const kept = Object.entries(value).filter(([key]) => !left.includes(key));
  return Object.fromEntries(kept) as Omit<Value, Key>;
}
