import type { Random } from "../../../packages/dns/src/fuzz/random.fixture.ts";
import type { ClassName } from "./events.ts";

/** What there is to be made copies of or to be restored, by the kind of the volumes. */
export interface Pools {
  /** Claims that are bound; several may copy one at once. */
  readonly bound: Pool;
  /** Snapshots that are ready. */
  readonly snapshots: Pool;
  /** Claims that are gone, and whose volumes are in the trash; each is restored once. */
  readonly trashed: Pool;
}

/** What can be copied or restored, and how large a volume made of it has to be. */
export interface Pooled {
  readonly kind: string;
  readonly className: ClassName;
  readonly name: string;
  readonly mebibytes: number;
}

export interface Pool {
  add(pooled: Pooled): void;
  remove(name: string): void;
  pick(kind: string, random: Random): Pooled | undefined;
  /** Picks one that nobody else will get. */
  take(kind: string, random: Random): Pooled | undefined;
}

export function createPool(): Pool {
  const all = new Map<string, Pooled>();
  const pick: Pool["pick"] = (kind, random) => {
    const offered = [...all.values()].filter((each) => each.kind === kind);
    return offered.length === 0 ? undefined : random.pick(offered);
  };
  return {
    add: (pooled) => void all.set(pooled.name, pooled),
    remove: (name) => void all.delete(name),
    pick,
    take(kind, random) {
      const taken = pick(kind, random);
      if (taken !== undefined) all.delete(taken.name);
      return taken;
    },
  };
}
