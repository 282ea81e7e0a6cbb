/** A copy without these fields. */
export function omit<T extends object, K extends keyof T>(object: T, keys: readonly K[]): Omit<T, K> {
  const dropped: readonly unknown[] = keys;
  return Object.fromEntries(Object.entries(object).filter(([key]) => !dropped.includes(key))) as Omit<T, K>;
}
