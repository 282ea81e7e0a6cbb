import { startReconcileLoop, type Stoppable } from "@ordinal/runtime";
import type { SnapshotOptions } from "../controller/snapshot-options.ts";
import { removeTree } from "../../disk/remove-tree.ts";
import { volumeName } from "../../provision/plan-claim.ts";
import { fillingOf, type Leftover } from "./layout.ts";
import { sweep } from "./sweep.ts";
import { areSynced } from "../../provision/synced.ts";

/** Removes what a daemon that was killed has left, and the marks of volumes whose objects are there or will never be. */
export function startSweeper(options: SnapshotOptions): Stoppable {
  const { bases, claims, clock, contents, disk, log, volumes } = options;
  const all = "";
  const loop = startReconcileLoop({ name: "leftovers of copies", reconcile, clock, log, concurrency: 1 });
  const listening = [
    volumes.onChange(({ before, after }) => {
      if (before === undefined && after !== undefined && isFilled(after.metadata.name))
        loop.enqueue(after.metadata.name);
    }),
    claims.onChange(({ before, after }) => {
      if (before !== undefined && after === undefined && before.spec.dataSourceRef !== undefined)
        loop.enqueue(volumeName(before.metadata.uid));
    }),
  ];
  loop.enqueue(all);

  /** Whether the volume of this name may have been filled by us: the claim says so. */
  function isFilled(name: string): boolean {
    const claimRef = volumes.get(name)?.spec.claimRef;
    const claim = claims.get(`${claimRef?.namespace}/${claimRef?.name}`);
    return claim === undefined || claim.spec.dataSourceRef !== undefined;
  }

  async function reconcile(name: string, signal: AbortSignal): Promise<void> {
    if (!(await areSynced([claims, contents, volumes], signal))) return;
    if (name === all) for (const base of bases.list()) await sweep(base, { disk, isNeeded });
    else if (!isNeeded({ is: "filling", volumeName: name }))
      for (const base of bases.list()) await removeTree(disk, fillingOf(base, name));
  }

  function isNeeded(leftover: Leftover): boolean {
    switch (leftover.is) {
      case "draft":
        // Begun anew by whoever goes on with it; what nobody goes on with has no content.
        return contents.get(leftover.name) !== undefined;
      case "removing":
        return contents.get(leftover.name) !== undefined;
      case "filling":
        return (
          volumes.get(leftover.volumeName) === undefined &&
          claims.list().some(({ metadata }) => volumeName(metadata.uid) === leftover.volumeName)
        );
      default:
        return leftover satisfies never;
    }
  }

  return {
    async stop() {
      for (const end of listening) end();
      await loop.stop();
    },
  };
}
