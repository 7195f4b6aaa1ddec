/** The headers without the named ones (in lower case). */
export function withoutHeaders<Value>(
  headers: Record<string, Value>,
  names: string[],
): Record<string, Value> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}
