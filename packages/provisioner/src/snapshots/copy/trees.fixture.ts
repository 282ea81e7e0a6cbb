import { execFile } from "node:child_process";
import { readFileSync, type BigIntStats } from "node:fs";
import {
  chmod,
  chown,
  link,
  lutimes,
  mkdir,
  readdir,
  lstat,
  readlink,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { nodeDisk } from "../../disk/disk.ts";
import { holdDirectory } from "../../disk/held-directory.ts";

const run = promisify(execFile);

/** A name that is no text. */
export const rawName: Buffer = Buffer.from([0x6e, 0xff, 0x0a, 0x2a]);

/** Makes a directory with one of everything a volume can hold. */
export async function makeTree(path: string): Promise<void> {
  await mkdir(join(path, "closed"), { recursive: true });
  await writeFile(join(path, "hello"), "hello\n");
  await writeFile(join(path, "empty"), "");
  await writeFile(join(path, "big"), Buffer.alloc(3_000_001, "0123456789"));
  await writeFile(join(path, "sparse"), "start");
  await truncate(join(path, "sparse"), 64 * 1_048_576);
  await link(join(path, "hello"), join(path, "closed", "same"));
  await link(join(path, "hello"), join(path, "again"));
  await symlink("/etc/passwd", join(path, "link"));
  await symlink(join(path, "nowhere"), join(path, "broken"));
  await run("mkfifo", ["-m", "0640", join(path, "pipe")]);
  await writeFile(Buffer.concat([Buffer.from(`${path}/`), rawName]), "no text");
  await writeFile(join(path, "strange"), "x");
  await chmod(join(path, "strange"), 0o6751);
  if (process.getuid?.() === 0) {
    await chown(join(path, "hello"), 1234, 5678);
    await chown(join(path, "closed"), 999, 999);
  }
  const deep = await holdDirectory(nodeDisk, path);
  const levels = [deep];
  for (let level = 0; level < 70; level += 1) {
    const at = levels.at(-1) ?? deep;
    const name = Buffer.alloc(100, "deep");
    await mkdir(at.at(name));
    levels.push(await at.enter(name));
  }
  await writeFile((levels.at(-1) ?? deep).at(Buffer.from("bottom")), "far below");
  for (const each of levels.toReversed()) await each.close();
  await lutimes(join(path, "link"), 1_000_000_000, 1_000_000_000.25);
  await lutimes(join(path, "hello"), 1_000_000_001, 1_000_000_001.5);
  await chmod(join(path, "closed"), 0o555);
  await lutimes(join(path, "closed"), 1_000_000_002, 1_000_000_002.75);
}

/** Every path of a tree, as latin1, with all that a copy has to keep. Files of several names share a number. */
export async function describeTree(path: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const inodes = new Map<bigint, number>();
  await describe(Buffer.from(path), { at: "", found, inodes });
  return found;
}

interface Seen {
  readonly at: string;
  readonly found: Map<string, string>;
  readonly inodes: Map<bigint, number>;
}

async function describe(path: Buffer, { at, found, inodes }: Seen): Promise<void> {
  const directory = await holdDirectory(nodeDisk, path);
  try {
    const names = (await readdir(directory.at(), { encoding: "buffer" })).toSorted((a, b) => a.compare(b));
    for (const name of names) {
      const inside = directory.at(name);
      const stats = await lstat(inside, { bigint: true });
      const key = `${at}/${name.toString("latin1")}`;
      if (!stats.isDirectory() && !inodes.has(stats.ino)) inodes.set(stats.ino, inodes.size);
      found.set(key, [aboutStats(stats), inodes.get(stats.ino) ?? "", await contentOf(inside, stats)].join(" "));
      if (stats.isDirectory()) await describe(inside, { at: key, found, inodes });
    }
  } finally {
    await directory.close();
  }
}

function aboutStats(stats: BigIntStats): string {
  const { mode, uid, gid, mtimeNs } = stats;
  return [mode.toString(8), uid, gid, mtimeNs / 1000n].join(":");
}

async function contentOf(path: Buffer, stats: BigIntStats): Promise<string> {
  if (stats.isSymbolicLink()) return await readlink(path);
  if (!stats.isFile()) return "";
  const bytes = readFileSync(path);
  return `${bytes.length} ${await digest(bytes)}`;
}

async function digest(bytes: Buffer): Promise<string> {
  return Buffer.from(await crypto.subtle.digest("SHA-256", new Uint8Array(bytes))).toString("hex");
}
