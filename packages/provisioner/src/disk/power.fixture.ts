import * as fs from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Disk } from "./disk.ts";

/** What a file system holds at one place: links are their targets. */
type Node =
  | {
      readonly is: "directory";
      readonly mode: number;
      readonly entries: ReadonlyMap<string, number>;
      readonly order: number;
    }
  | { readonly is: "file"; readonly mode: number; readonly content: Buffer }
  | { readonly is: "link"; readonly target: string };

interface Image {
  readonly nodes: ReadonlyMap<number, Node>;
  readonly parents: ReadonlyMap<number, number>;
}

/** A real directory on a disk that forgets, when the power goes, everything that was not synced. */
export interface PoweredDisk {
  readonly disk: Disk;
  /**
   * Takes back what was not on disk: names in directories and bytes of files since their last sync. By luck, asked once for
   * each directory and file, some of it has made it anyway, as with real disks.
   */
  readonly cut: (luck?: () => boolean) => Promise<void>;
}

/** Everything there is at the start is on disk. */
export async function createPoweredDisk(root: string): Promise<PoweredDisk> {
  /** What bears an inode number now; numbers are given anew when something is removed. */
  const ids = new Map<number, number>();
  const durable = new Map<number, Node>();
  /** Where what was renamed has come to: a directory, and the name in it. */
  const moves = new Map<number, { readonly home: number; readonly name: string }>();
  let lastId = 0;
  let order = 0;

  function born(inode: number): number {
    lastId += 1;
    ids.set(inode, lastId);
    return lastId;
  }

  /** What stands at a path now, by one look at it; of a directory the names. */
  async function look(path: string): Promise<Node> {
    const found = await fs.lstat(path);
    if (found.isSymbolicLink()) return { is: "link", target: await fs.readlink(path) };
    if (!found.isDirectory()) return { is: "file", mode: found.mode & 0o7777, content: await fs.readFile(path) };
    const entries = new Map<string, number>();
    for (const name of await fs.readdir(path)) {
      const inode = await inodeOf(join(path, name));
      if (inode !== undefined) entries.set(name, ids.get(inode) ?? born(inode));
    }
    order += 1;
    return { is: "directory", mode: found.mode & 0o7777, entries, order };
  }

  async function scan(path: string, into: Map<number, Node>): Promise<void> {
    const inode = await inodeOf(path);
    if (inode === undefined) return;
    const node = await look(path);
    into.set(ids.get(inode) ?? born(inode), node);
    if (node.is === "directory") for (const name of node.entries.keys()) await scan(join(path, name), into);
  }

  /** Follows what a call has made. */
  async function called(method: string, args: readonly unknown[], existed: boolean): Promise<void> {
    if (method === "rename" && typeof args[1] === "string") await moved(args[1]);
    const at = method === "copyFile" || method === "symlink" ? args[1] : args[0];
    const isNew = ["mkdir", "symlink", "copyFile"].includes(method) || (method === "open" && !existed);
    if (!isNew || typeof at !== "string") return;
    const inode = await inodeOf(at);
    if (inode === undefined) return;
    const id = born(inode);
    // Until its first sync, there is nothing in it when the power goes.
    const found = await fs.lstat(at);
    if (found.isSymbolicLink()) durable.set(id, { is: "link", target: await fs.readlink(at) });
    else if (found.isDirectory()) durable.set(id, { is: "directory", mode: 0o700, entries: new Map(), order: 0 });
    else durable.set(id, { is: "file", mode: 0o600, content: Buffer.alloc(0) });
  }

  async function synced(handle: FileHandle): Promise<void> {
    const { ino } = await handle.stat();
    const id = ids.get(ino) ?? born(ino);
    const node = await look(await fs.readlink(`/proc/self/fd/${handle.fd}`)).catch(() => undefined);
    if (node === undefined) return;
    const before = durable.get(id);
    durable.set(id, node);
    if (node.is !== "directory" || before?.is !== "directory") return;
    const left = new Set(node.entries.values());
    for (const child of before.entries.values()) if (!left.has(child)) completeMove(child);
  }

  /** What has left a directory that is on disk is on disk where it went, too: see `partnersIn`. */
  function completeMove(child: number): void {
    const move = moves.get(child);
    const home = durable.get(move?.home ?? 0);
    if (move === undefined || home?.is !== "directory" || [...home.entries.values()].includes(child)) return;
    order += 1;
    durable.set(move.home, { ...home, entries: new Map([...home.entries, [move.name, child]]), order });
  }

  async function moved(to: string): Promise<void> {
    const [child, home] = await Promise.all([to, dirname(to)].map(inodeOf));
    if (child === undefined || home === undefined) return;
    moves.set(ids.get(child) ?? born(child), { home: ids.get(home) ?? born(home), name: basename(to) });
  }

  const disk = new Proxy<Disk>(fs, {
    get(object, key) {
      const method: unknown = Reflect.get(object, key, object);
      if (typeof method !== "function" || typeof key !== "string") return method;
      return async (...args: readonly unknown[]) => {
        const inode = typeof args[0] === "string" ? await inodeOf(args[0]) : undefined;
        const existed = key === "open" && inode !== undefined;
        const replaced = key === "rename" && typeof args[1] === "string" ? await inodeOf(args[1]) : undefined;
        const gone = ["rmdir", "unlink"].includes(key) ? inode : replaced;
        if (gone !== undefined) moves.delete(ids.get(gone) ?? 0);
        const result = (await Reflect.apply(method, object, args)) as unknown;
        await called(key, args, existed);
        return key === "open" ? withSync(result as FileHandle, synced) : result;
      };
    },
  });

  await scan(root, durable);
  return {
    disk,
    async cut(luck = () => false) {
      const current = new Map<number, Node>();
      await scan(root, current);
      const rootId = ids.get((await fs.lstat(root)).ino) ?? 0;
      const partners = partnersIn(durable, current);
      const lucky = new Map<number, boolean>();
      const isLucky = (id: number): boolean => {
        const known = lucky.get(id) ?? luck();
        for (const each of [id, ...(partners.get(id) ?? [])]) lucky.set(each, known);
        return known;
      };
      const nodes = new Map([...durable].map(([id, node]) => [id, isLucky(id) ? (current.get(id) ?? node) : node]));
      for (const name of await fs.readdir(root)) await fs.rm(join(root, name), { recursive: true });
      await build(root, rootId, { nodes, parents: parentsIn(nodes) });
      ids.clear();
      moves.clear();
      durable.clear();
      await scan(root, durable);
    },
  };
}

async function build(path: string, id: number, { nodes, parents }: Image): Promise<void> {
  const node = nodes.get(id);
  if (node?.is === "link") await fs.symlink(node.target, path);
  else if (node?.is === "file") await fs.writeFile(path, node.content, { mode: node.mode });
  if (node?.is !== "directory") return;
  await fs.mkdir(path, { recursive: true });
  for (const [name, child] of node.entries)
    if ((parents.get(child) ?? id) === id) await build(join(path, name), child, { nodes, parents });
  await fs.chmod(path, node.mode);
}

/**
 * The directories between which something was moved, each with all that hang together with it: a rename is on disk with both
 * its halves or with none, since file systems put it into one transaction of their journal.
 */
function partnersIn(before: Image["nodes"], after: Image["nodes"]): ReadonlyMap<number, ReadonlySet<number>> {
  const homesAfter = homesIn(after);
  const partners = new Map<number, Set<number>>();
  for (const [child, home] of homesIn(before)) {
    const next = homesAfter.get(child) ?? home;
    if (next === home) continue;
    const all = new Set([home, next, ...(partners.get(home) ?? []), ...(partners.get(next) ?? [])]);
    for (const each of all) partners.set(each, all);
  }
  return partners;
}

/** In which directory each thing is. */
function homesIn(nodes: Image["nodes"]): ReadonlyMap<number, number> {
  const entries = [...nodes].flatMap(([id, node]) =>
    node.is === "directory" ? [...node.entries.values()].map((child) => [child, id] as const) : [],
  );
  return new Map(entries);
}

/** In which directory each directory is: in one only, where it was seen last. */
function parentsIn(nodes: ReadonlyMap<number, Node>): ReadonlyMap<number, number> {
  const parents = new Map<number, { readonly id: number; readonly order: number }>();
  for (const [id, node] of nodes) {
    if (node.is !== "directory") continue;
    for (const child of node.entries.values()) {
      if (nodes.get(child)?.is !== "directory" || (parents.get(child)?.order ?? -1) > node.order) continue;
      parents.set(child, { id, order: node.order });
    }
  }
  return new Map([...parents].map(([child, { id }]) => [child, id]));
}

function withSync(handle: FileHandle, synced: (handle: FileHandle) => Promise<void>): FileHandle {
  return new Proxy(handle, {
    get(object, key) {
      const method: unknown = Reflect.get(object, key, object);
      if (typeof method !== "function") return method;
      if (key !== "sync" && key !== "datasync") return method.bind(object) as unknown;
      return async () => {
        await object[key]();
        await synced(object);
      };
    },
  });
}

async function inodeOf(path: string): Promise<number | undefined> {
  try {
    return (await fs.lstat(path)).ino;
  } catch {
    // It is not there, or not any more.
    return undefined;
  }
}
