import { open, readFile, rename, rm, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { mustRun, runCommand } from "../../runtime/commands/run-command.ts";
import { readSuperblock, type Superblock } from "./superblock.ts";

/** Whether this process may grow a file system that is mounted: the kernel asks for CAP_SYS_RESOURCE. */
export async function canGrowMounted(): Promise<boolean> {
  const status = await readFile("/proc/self/status", "utf8");
  const capabilities = BigInt(`0x${/^CapEff:\s*(\w+)$/m.exec(status)?.[1] ?? "0"}`);
  return (capabilities & (1n << 24n)) !== 0n;
}

/**
 * Whether the image has room that its file system does not use yet. What is mounted is asked of its device: the image
 * itself may be behind.
 */
export async function isTooSmall(
  image: string,
  { device = image }: { readonly device?: string } = {},
): Promise<boolean> {
  const { bytes, blockBytes } = await superblockOf(device);
  return BigInt((await stat(image)).size) - bytes >= BigInt(blockBytes);
}

/** Checks an image that was not unmounted in order, and mends what can be mended without asking. Nothing may have it mounted. */
export async function checkImage(image: string): Promise<void> {
  const { isClean, journalBytes } = await superblockOf(image);
  if (isClean) return;
  const { bavail, bsize } = await statfs(image, { bigint: true });
  const free = bavail * bsize;
  if (free < journalBytes) {
    throw new Error(
      `the disk below ${image} is full: mending it after a crash may need ${journalBytes} bytes, and ${free} are free; make room`,
    );
  }
  await check(image, []);
}

/**
 * Grows the file system to the size of the image. Nothing may have it mounted. resize2fs leaves a ruin when it is cut
 * short, so it works on a copy that takes the image's place when all of it is on disk: this needs the room, and the time.
 */
export async function growUnmounted(image: string, { isFull }: { readonly isFull: boolean }): Promise<void> {
  const draft = join(dirname(image), ".volume.img.grown");
  await rm(draft, { force: true });
  await mustRun(["cp", "--reflink=auto", "--sparse=always", "--preserve=mode,ownership", image, draft]);
  if (isFull) await mustRun(["fallocate", "--length", String((await stat(image)).size), draft]);
  await check(draft, ["-f"]);
  await mustRun(["resize2fs", draft]);
  await sync(draft);
  await rename(draft, image);
  await sync(dirname(image));
}

/** Grows the file system on a device to the size its image has now, while it is in use. */
export async function growMounted(device: string): Promise<void> {
  await mustRun(["losetup", "--set-capacity", device]);
  await mustRun(["resize2fs", device]);
}

async function superblockOf(image: string): Promise<Superblock> {
  const superblock = await readSuperblock(image);
  if (superblock === undefined) throw new Error(`${image} holds no ext4 file system`);
  return superblock;
}

/** Resolves when the file's bytes, or the directory's entries, are on disk. */
async function sync(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Source: e2fsck(8): 1 says that everything wrong has been put right. */
async function check(image: string, options: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await runCommand(["e2fsck", "-p", ...options, image]);
  if (code === 0 || code === 1) return;
  const said = `${stdout}\n${stderr}`.trim();
  throw new Error(
    `the file system in ${image} cannot be repaired without asking: run e2fsck on it by hand, after making a copy (exit code ${code}: ${said})`,
  );
}
