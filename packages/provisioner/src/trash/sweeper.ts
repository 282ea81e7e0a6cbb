import { isApiError, wellKnown, type Node } from "@ordinal/api";
import { createEventRecorder, type Client, type Happening } from "@ordinal/client";
import { describeError, type Clock, type Logger, type Stoppable } from "@ordinal/runtime";
import type { KnownBases } from "../backend/known-bases.ts";
import type { Disk } from "../disk/disk.ts";
import { awaitedEntries } from "./choose.ts";
import { discard } from "./discard.ts";
import { removeAllEmptying, removeEmptying } from "./empty.ts";
import { readTrash, type TrashEntry } from "./entries.ts";
import { isShort, type FreeSpace } from "./free-space.ts";
import { relieve, type Relief } from "./relieve.ts";
import { removeDrafts, settleTrash } from "./settle.ts";
import { createTurns, type Turns } from "./turns.ts";

export interface SweeperOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly disk: Disk;
  readonly bases: KnownBases;
  readonly minFree: FreeSpace;
  readonly checkMs: number;
  readonly turns: Turns;
}

export interface Sweeper extends Stoppable {
  /** An entry has come that expires then. Cheap. */
  noteKept(base: string, expiresMs: number): void;
  /** An entry is moved to a volume, and its record has to go once that is there. Cheap. */
  noteMoved(base: string): void;
  /** Removes what stands in `.emptying` under this name. Resolves when it is gone, or takes so long that nobody should wait. */
  empty(base: string, name: string): Promise<void>;
  makeRoom(base: string, bytes: bigint): Promise<boolean>;
}

/** What is known of a base without looking. */
interface Outlook {
  /** When something in it expires. */
  dueMs: number;
  hasEntries: boolean;
  hasMoves: boolean;
  /** Said already, so that it is said once. */
  isShort: boolean;
}

/** How long a removal is waited for. */
const patienceMs = 1_000;

/** Removes what has expired and what the disk needs the room of, in the background. The first round follows an earlier process. */
export function startSweeper(options: SweeperOptions): Sweeper {
  const { client, clock, log, disk, bases, minFree, checkMs, turns } = options;
  const ending = new AbortController();
  const { signal } = ending;
  const events = createEventRecorder({ client, clock, log, component: "volume-trash" });
  const outlooks = new Map<string, Outlook>();
  const removals = new Set<Promise<void>>();
  const reliefs = createTurns();
  let cancelTimer: (() => void) | undefined;
  let running: Promise<void> = takeUp().then(next);

  function outlookOf(base: string): Outlook {
    const known = outlooks.get(base) ?? { dueMs: Infinity, hasEntries: false, hasMoves: false, isShort: false };
    outlooks.set(base, known);
    return known;
  }

  /** Each base by itself: that one is not there now must not keep the others waiting. */
  async function forEachBase(some: Iterable<string>, work: (base: string) => Promise<void>): Promise<void> {
    for (const base of some) {
      if (signal.aborted) return;
      try {
        await work(base);
      } catch (error) {
        log.warn("the trash could not be looked after, trying again", { base, error: describeError(error) });
      }
    }
  }

  async function takeUp(): Promise<void> {
    await turns.alone(async () => {
      await forEachBase(bases.list(), async (base) => {
        const outlook = outlookOf(base);
        outlook.dueMs = 0;
        await removeDrafts(disk, base);
        outlook.hasMoves = (await settleTrash(disk, { base, client })) > 0;
      });
    });
    await forEachBase(outlooks.keys(), async (base) => void (await emptyAll(base, outlookOf(base))));
  }

  function next(): void {
    if (signal.aborted) return;
    cancelTimer = clock.after(checkMs, () => {
      running = forEachBase(outlooks.keys(), round).then(next);
    });
  }

  async function round(base: string): Promise<void> {
    const outlook = outlookOf(base);
    if (outlook.hasMoves) outlook.hasMoves = (await turns.alone(async () => settleTrash(disk, { base, client }))) > 0;
    if (outlook.dueMs <= clock.now()) await expire(base, outlook);
    if (outlook.hasEntries) await relievePressure(base, outlook);
  }

  async function expire(base: string, outlook: Outlook): Promise<void> {
    // Not each time one of many expires, because all are read.
    outlook.dueMs = clock.now() + 6 * checkMs;
    const isEmpty = await emptyAll(base, outlook);
    const { entries, strays } = await readTrash(disk, base);
    for (const { path, problem } of strays) log.warn("something in the trash cannot be told", { path, problem });
    const due = entries.filter(({ record }) => Date.parse(record.expires) <= clock.now());
    const awaited = due.length === 0 ? new Set<string>() : await awaitedOf(entries);
    const over = due.filter(({ record }) => !awaited.has(record.entry));
    for (const entry of over) {
      if (await remove(entry)) log.info("an entry of the trash has expired", showEntry(entry));
    }
    const left = entries.filter((entry) => !over.includes(entry));
    outlook.hasEntries = left.length > 0;
    const dates = left.map(({ record }) => Date.parse(record.expires));
    if (isEmpty) outlook.dueMs = Math.max(outlook.dueMs, Math.min(Infinity, ...dates));
  }

  /** Whether nothing is left that is being removed; something may stand in the way, and is then tried again. */
  async function emptyAll(base: string, outlook: Outlook): Promise<boolean> {
    try {
      await removeAllEmptying(disk, { base, signal });
      return true;
    } catch (error) {
      outlook.dueMs = Math.min(outlook.dueMs, clock.now() + 6 * checkMs);
      log.warn("what was deleted cannot be removed yet, trying again", { base, error: describeError(error) });
      return false;
    }
  }

  async function emptyOne(base: string, name: string): Promise<void> {
    try {
      await removeEmptying(disk, { base, name, signal });
    } catch (error) {
      const outlook = outlookOf(base);
      outlook.dueMs = Math.min(outlook.dueMs, clock.now() + 6 * checkMs);
      log.warn("what was deleted cannot be removed yet, trying again", { base, error: describeError(error) });
    }
  }

  async function relievePressure(base: string, outlook: Outlook): Promise<void> {
    const isEnough = (room: Relief["room"]): boolean => !isShort(room, minFree);
    const relief = await relieveAlone(base, isEnough);
    if (relief.removed.length > 0) {
      const names = relief.removed.map(({ record }) => record.entry).join(", ");
      const message = `Less than ${showMinFree(minFree)} of the file system of ${base} was free: removed from the trash, oldest first: ${names}`;
      log.warn(message);
      await tellNode({ type: "Normal", reason: "TrashEmptied", message });
    }
    if (relief.isEnough || outlook.isShort) {
      outlook.isShort = !relief.isEnough;
      return;
    }
    outlook.isShort = true;
    const message = `Less than ${showMinFree(minFree)} of the file system of ${base} is free, and nothing in the trash can be removed any more (${relief.room.freeBytes} of ${relief.room.totalBytes} bytes are free)`;
    log.warn(message);
    await tellNode({ type: "Warning", reason: "FreeDiskSpaceFailed", message });
  }

  async function tellNode(happening: Happening): Promise<void> {
    const node = await nodeOrNone();
    if (node !== undefined) events.record(node, happening);
  }

  async function nodeOrNone(): Promise<Node | undefined> {
    try {
      return await client.get("nodes", { name: wellKnown.nodeName });
    } catch (error) {
      if (isApiError(error, "NotFound")) return undefined;
      throw error;
    }
  }

  /** One after the other: what one removes is not free yet when the next looks, and would be removed twice over. */
  async function relieveAlone(base: string, isEnough: (room: Relief["room"]) => boolean): Promise<Relief> {
    return await reliefs.alone(async () => {
      return await relieve({ disk, base, bases: [...outlooks.keys()], awaited: awaitedOf, remove, log, isEnough });
    });
  }

  async function awaitedOf(entries: readonly TrashEntry[]): Promise<ReadonlySet<string>> {
    return awaitedEntries((await client.list("persistentvolumeclaims")).items, entries);
  }

  async function remove({ base, record }: TrashEntry): Promise<boolean> {
    const name = await discard(disk, { base, entry: record.entry });
    if (name === undefined) return false;
    await emptyOne(base, name);
    return true;
  }

  return {
    async empty(base, name) {
      const removal = emptyOne(base, name).finally(() => removals.delete(removal));
      removals.add(removal);
      const enough = new AbortController();
      // Aborted when the removal was faster.
      const tooLong = clock.sleep(patienceMs, enough.signal).catch(() => undefined);
      await Promise.race([removal, tooLong]);
      enough.abort();
    },
    noteKept(base, expiresMs) {
      const outlook = outlookOf(base);
      outlook.dueMs = Math.min(outlook.dueMs, expiresMs);
      outlook.hasEntries = true;
    },
    noteMoved(base) {
      outlookOf(base).hasMoves = true;
    },
    async makeRoom(base, bytes) {
      await emptyAll(base, outlookOf(base));
      const { removed } = await relieveAlone(base, ({ freeBytes }) => freeBytes >= bytes);
      for (const entry of removed) log.warn("the disk is full: an entry of the trash was removed", showEntry(entry));
      return removed.length > 0;
    },
    async stop() {
      ending.abort();
      cancelTimer?.();
      await running;
      await Promise.all(removals);
    },
  };
}

function showEntry({ base, record }: TrashEntry): Readonly<Record<string, string>> {
  return {
    base,
    entry: record.entry,
    claim: `${record.claim.namespace}/${record.claim.name}`,
    deleted: record.deleted,
  };
}

function showMinFree(minFree: FreeSpace): string {
  return "bytes" in minFree ? `${minFree.bytes} bytes` : `${minFree.percent}%`;
}
