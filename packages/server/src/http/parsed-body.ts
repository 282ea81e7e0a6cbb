/** A body that has been read. */
export interface ParsedBody {
  readonly value: unknown;
  /** Paths of fields that stand twice in one object; found only when they are looked for. */
  readonly duplicates: readonly string[];
}
