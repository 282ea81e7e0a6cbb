/** Whether two values are the same as JSON: the order of keys means nothing, and what is undefined is not there. Ends at the first difference. */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((each, at) => isSameJson(each, b[at]))
    );
  }
  return hasSame(a as Keyed, b as Keyed) && countOf(a as Keyed) === countOf(b as Keyed);
}

type Keyed = Readonly<Record<string, unknown>>;

function hasSame(a: Keyed, b: Keyed): boolean {
  return Object.keys(a).every((key) => a[key] === undefined || (Object.hasOwn(b, key) && isSameJson(a[key], b[key])));
}

function countOf(object: Keyed): number {
  return Object.keys(object).filter((key) => object[key] !== undefined).length;
}
