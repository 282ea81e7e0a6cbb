import { join } from "node:path";
import type { Machine } from "./machine.ts";

/** A small file system of a machine's own, which nobody outside sees; it goes with the machine. */
export interface SmallDisk {
  /** Where it is mounted. */
  readonly path: string;
  /** Takes all room that is left. */
  fill(): Promise<void>;
  /** Gives that room back. */
  clear(): Promise<void>;
  remount(mode: "ro" | "rw"): Promise<void>;
}

/** Makes an ext4 of so many mebibytes in a file of the machine and mounts it, at a directory that is made. */
export async function mountSmallDisk(
  machine: Machine,
  { name, mebibytes }: { readonly name: string; readonly mebibytes: number },
): Promise<SmallDisk> {
  const path = join(machine.dir, name);
  const image = `${path}.img`;
  await machine.sh(
    `truncate -s ${mebibytes}M ${image} && mkfs.ext4 -q -F -m 0 ${image} && mkdir -p ${path} && mount -o loop ${image} ${path}`,
  );
  const ballast = join(path, "ballast");
  return {
    path,
    async fill() {
      // What has no room for a file's bytes may still have some for a directory.
      await machine.sh(`
        mkdir ${ballast}
        cat /dev/zero >${ballast}/bytes 2>/dev/null
        sync ${ballast}/bytes
        number=0
        while mkdir ${ballast}/$number 2>/dev/null; do number=$((number + 1)); done
        sync -f ${path}`);
    },
    async clear() {
      await machine.sh(`rm -rf ${ballast} && sync -f ${path}`);
    },
    async remount(mode) {
      await machine.sh(`mount -o remount,${mode} ${path}`);
    },
  };
}
