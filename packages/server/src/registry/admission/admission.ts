import type { Kind, KubeObject } from "@ordinal/api";

/** An object that may be stored, completed. */
export interface Admitted {
  readonly object: KubeObject;
  /** Gives back what was reserved for it; to be called when it is not stored after all. */
  undo(): void;
}

/** The last word on an object before it is stored: refuses it with an ApiError, or completes it from the rest of the world. */
export interface Admission {
  /** Before validation, for new objects. */
  complete(kind: Kind, object: KubeObject): Promise<KubeObject>;
  /** After validation, for changes of objects. */
  checkUpdate(kind: Kind, next: KubeObject, before: KubeObject): Promise<void>;
  /** After validation: reserves what only one object can have. */
  reserve(kind: Kind, next: KubeObject, before: KubeObject | undefined): Admitted;
  /** Whether the object may be deleted at all. */
  checkDelete(kind: Kind, name: string): void;
}
