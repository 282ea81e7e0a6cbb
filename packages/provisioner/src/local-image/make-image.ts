import { dirname, join } from "node:path";
import { hasCode } from "@ordinal/runtime";
import type { Disk } from "../disk/disk.ts";
import { renameDurably, syncDirectory, unlinkDurably } from "../disk/durable.ts";
import type { SyncDirectory } from "../disk/shared-sync.ts";
import type { Allocation } from "./parameters.ts";
import { mustRun, type RunProgram } from "./run-program.ts";

/** The one file of a volume's directory. */
export const imageName = "volume.img";
const draftName = ".volume.img.new";

/** What images are made with. */
export interface ImageTools {
  readonly disk: Disk;
  readonly sync: SyncDirectory;
  readonly run: RunProgram;
}

export interface ImageSpec {
  /** The volume's directory; made when missing. */
  readonly directory: string;
  readonly bytes: bigint;
  readonly allocation: Allocation;
}

/**
 * Makes the image with an empty ext4 whose root anybody may write to, as in a local-path directory. It gets its name when
 * all of it is on disk, so that what has the name is whole. One that is there already is kept, and made larger when it
 * is too small: the file system in it follows when it is next mounted. A larger one is refused.
 */
export async function makeImage(tools: ImageTools, spec: ImageSpec): Promise<void> {
  const { disk, sync } = tools;
  const { directory, bytes } = spec;
  await makeDirectory(disk, directory);
  const image = join(directory, imageName);
  const size = await imageSize(disk, image);
  if (size === undefined) await makeNew(tools, spec);
  else if (size > bytes) {
    throw new Error(
      `the data comes from a volume of ${showMebibytes(size)}, and the claim asks for ${showMebibytes(bytes)}: ask for ${showMebibytes(size)} or more`,
    );
  } else await growImage(tools, { ...spec, size });
  await syncDirectory(disk, directory);
  await sync(dirname(directory));
}

function showMebibytes(bytes: bigint): string {
  return `${(bytes + 2n ** 20n - 1n) / 2n ** 20n}Mi`;
}

/** The size of an image in bytes, undefined when there is none; throws when something else has its name. */
export async function imageSize(disk: Disk, image: string): Promise<bigint | undefined> {
  try {
    const found = await disk.lstat(image, { bigint: true });
    if (!found.isFile()) throw new Error(`${image} is in the way: a volume's image must be a plain file`);
    return found.size;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** Makes an image of `size` bytes larger, if it is not large enough. On disk when it resolves; its content stays. */
export async function growImage(
  { disk, run }: Pick<ImageTools, "disk" | "run">,
  { directory, bytes, size, allocation }: ImageSpec & { readonly size: bigint },
): Promise<void> {
  const image = join(directory, imageName);
  if (size >= bytes) return;
  if (allocation === "full") await allocate({ disk, run }, { file: image, bytes });
  const handle = await disk.open(image, "r+");
  try {
    await handle.truncate(Number(bytes));
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function makeDirectory(disk: Disk, directory: string): Promise<void> {
  try {
    // Pods see what is in the image; the image itself is for nobody else.
    await disk.mkdir(directory, { mode: 0o700 });
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
    const found = await disk.lstat(directory);
    if (!found.isDirectory())
      throw new Error(`${directory} is in the way: a volume's directory must be a plain directory`, { cause: error });
  }
}

async function makeNew(tools: ImageTools, { directory, bytes, allocation }: ImageSpec): Promise<void> {
  const { disk, run } = tools;
  const others = (await disk.readdir(directory)).filter((name) => name !== draftName);
  if (others.length > 0) {
    throw new Error(
      `${directory} holds ${JSON.stringify(others[0])} and no ${imageName}: the data comes from a volume of another kind, and cannot be put into an image`,
    );
  }
  const draft = join(directory, draftName);
  await unlinkDurably(disk, draft);
  const handle = await disk.open(draft, "wx", 0o600);
  try {
    await handle.truncate(Number(bytes));
    if (allocation === "full") await allocate(tools, { file: draft, bytes });
    await format(run, draft);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await renameDurably(disk, draft, join(directory, imageName));
}

/** Tables are initialized later, by the kernel; nothing is reserved for root; a broken file system is not written to. */
const formatOptions = "-q -F -m 0 -e remount-ro -E lazy_itable_init=1,lazy_journal_init=1,nodiscard".split(" ");

async function format(run: RunProgram, image: string): Promise<void> {
  await mustRun(run, ["mkfs.ext4", ...formatOptions, image]);
  const argv = ["debugfs", "-w", "-R", "set_inode_field <2> mode 040777", image];
  const { code, stderr } = await run(argv);
  // It ends with 0 whatever happens, and says its version first.
  const complaint = stderr.split("\n").slice(1).join(" ");
  if (code !== 0 || complaint !== "") throw new Error(`${argv.join(" ")} failed: ${stderr}`);
}

async function allocate(
  { disk, run }: Pick<ImageTools, "disk" | "run">,
  file: { readonly file: string; readonly bytes: bigint },
) {
  const { blocks } = await disk.lstat(file.file, { bigint: true });
  const { bavail, bsize } = await disk.statfs(dirname(file.file), { bigint: true });
  const [missing, free] = [file.bytes - blocks * 512n, bavail * bsize];
  if (missing > free) {
    throw new Error(
      `the image needs ${missing} bytes more on disk, because its StorageClass has allocation "full", and ${dirname(file.file)} has ${free} free: make room, or ask for less`,
    );
  }
  await mustRun(run, ["fallocate", "--length", String(file.bytes), file.file]);
}
