import { mkdir, open, rename } from "node:fs/promises";
import { join } from "node:path";
import { openStore, type Store } from "../../../packages/store/src/index.ts";

/** What cannot be saved however a claim is served: the least that must be on disk, without any API around it. */
export interface Floor {
  /** One directory, itself and its name on disk, then two objects in the store, one after the other. Milliseconds. */
  readonly make: (name: string) => Promise<number>;
  /**
   * What has to be on disk one after the other until a claim is Bound: the claim, that a provisioner is asked, what is about to
   * be made, the directory, the volume, and both of them bound. Milliseconds.
   */
  readonly bind: (name: string) => Promise<number>;
  /** That directory moved away, with both names on disk, and two more commits. Milliseconds. */
  readonly remove: (name: string) => Promise<number>;
  stop(): Promise<void>;
}

/** As large as a volume's object. */
const value = JSON.stringify({ kind: "PersistentVolume", filler: "x".repeat(1_500) });

/** In a directory on the disk of the volumes. */
export async function openFloor(dir: string): Promise<Floor> {
  const [volumes, trash] = [join(dir, "volumes"), join(dir, "trash")];
  for (const each of [volumes, trash]) await mkdir(each, { recursive: true });
  const store: Store = await openStore({ dir: join(dir, "store") });
  const journal = await open(join(dir, "journal"), "a");
  return {
    make: async (name) =>
      await timed(async () => {
        await mkdir(join(volumes, name));
        await sync(join(volumes, name));
        await sync(volumes);
        await store.put(`/volumes/${name}`, value);
        await store.put(`/claims/${name}`, value);
      }),
    bind: async (name) =>
      await timed(async () => {
        await store.put(`/claims/${name}`, value);
        await store.put(`/claims/${name}`, value);
        await journal.appendFile(value);
        await journal.sync();
        await mkdir(join(volumes, name));
        await Promise.all([sync(join(volumes, name)), sync(volumes)]);
        await store.put(`/volumes/${name}`, value);
        await Promise.all([store.put(`/volumes/${name}`, value), store.put(`/claims/${name}`, value)]);
      }),
    remove: async (name) =>
      await timed(async () => {
        await rename(join(volumes, name), join(trash, name));
        await sync(trash);
        await sync(volumes);
        await store.delete(`/claims/${name}`);
        await store.delete(`/volumes/${name}`);
      }),
    async stop() {
      await journal.close();
      await store.stop();
    },
  };
}

export async function timed(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
