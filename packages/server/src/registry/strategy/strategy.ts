import type { KubeObject } from "@ordinal/api";

/** What is special about storing one kind. Hooks return a changed copy. Source: upstream `pkg/registry/<group>/<kind>/strategy.go`. */
export interface Strategy<T extends KubeObject = KubeObject> {
  /** The status is written through its subresource only. */
  readonly hasStatus: boolean;
  /** metadata.generation counts changes of what users ask for. */
  readonly hasGeneration: boolean;
  /** Updates must say which version they change. */
  readonly needsVersion: boolean;
  /** A new object, before validation: fields its maker has no say in. */
  onCreate(object: T, nowMs: number): T;
  /** An update, before validation; metadata and status are taken care of already. */
  onUpdate(next: T, before: T): T;
  onStatusUpdate(next: T, before: T, nowMs: number): T;
  /** Seconds to terminate in, for a kind that ends gracefully; 0 means at once. Undefined: the kind just goes. */
  graceSeconds(object: T, asked: number | undefined): number | undefined;
}

/** A strategy that differs from the plain one only in these points. */
export function strategy<T extends KubeObject>(special: Partial<Strategy<T>>): Strategy {
  const plain: Strategy<T> = {
    hasStatus: false,
    hasGeneration: false,
    needsVersion: false,
    onCreate: (object) => object,
    onUpdate: (next) => next,
    onStatusUpdate: (next) => next,
    graceSeconds: () => undefined,
  };
  return { ...plain, ...special };
}
