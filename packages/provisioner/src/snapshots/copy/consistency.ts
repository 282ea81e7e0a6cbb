/** What a copy of a directory that others write to is worth. */
export type Consistency =
  /** As after a power cut: everything is as it was at one moment. */
  | { readonly is: "crash-consistent" }
  /** Files are from different moments, because this many changed again and again. */
  | { readonly is: "fuzzy"; readonly changedFiles: number };

/** In plain words, for people; begins with the one word that programs may look at. */
export function describeConsistency(consistency: Consistency): string {
  switch (consistency.is) {
    case "crash-consistent":
      return "crash-consistent: everything is as it was at one moment, as after a power cut";
    case "fuzzy": {
      const { changedFiles } = consistency;
      const files = changedFiles === 1 ? "1 file was" : `${changedFiles} files were`;
      return `fuzzy: ${files} written to during the copy, so not everything is from the same moment; stop the pods that write, or make a backup with the program's own tools`;
    }
    default:
      return consistency satisfies never;
  }
}
