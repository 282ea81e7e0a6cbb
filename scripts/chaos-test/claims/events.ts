export const allClassNames = [
  "chaos-now",
  "chaos-wait",
  "chaos-pattern",
  "chaos-kept",
  "chaos-fleeting",
  "chaos-image",
] as const;

/** One of the ways a claim's volume is kept, by the class it names. */
export type ClassName = (typeof allClassNames)[number];

/** What a new volume is filled from: a deleted claim's volume in the trash, a snapshot, another claim. */
export type Source =
  | { readonly from: "trash"; readonly id: string }
  | { readonly from: "snapshot"; readonly name: string }
  | { readonly from: "claim"; readonly id: string };

export type Policy = "Delete" | "Retain";

/**
 * What the driver does and what it has seen done; `id` is the name of a claim, which is never used again. Said before a
 * request is sent: `creating`, `deleting`, `setting`, `snapshotting`, `dropping`, `releasing`. Everything else is said when
 * it was acknowledged, and must outlive whatever happens from then on.
 */
export type Happening =
  | {
      readonly is: "creating";
      readonly id: string;
      readonly className: ClassName;
      readonly source?: Source | undefined;
    }
  | { readonly is: "bound"; readonly id: string; readonly path: string }
  /** The file is in the volume, synced. */
  | { readonly is: "marker"; readonly id: string; readonly name: string }
  /** The claim asks for so many mebibytes. */
  | { readonly is: "grown"; readonly id: string; readonly mebibytes: number }
  | { readonly is: "setting" | "set"; readonly id: string; readonly policy: Policy }
  | { readonly is: "deleting" | "gone"; readonly id: string }
  /** Its volume's object is deleted by hand, while its policy is Retain. */
  | { readonly is: "releasing" | "released"; readonly id: string }
  | { readonly is: "snapshotting"; readonly name: string; readonly of: string }
  | { readonly is: "ready" | "dropping" | "dropped"; readonly name: string };

/** `atMs`: when it was said, in milliseconds since the epoch. */
export type ChaosEvent = Happening & { readonly atMs: number };

/** Said before the request, so that it may have happened or not. */
export function isIntent({ is }: Happening): boolean {
  return ["creating", "setting", "deleting", "releasing", "snapshotting", "dropping"].includes(is);
}
