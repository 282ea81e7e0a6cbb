import { mkdir } from "node:fs/promises";
import { silentLogger, type Logger } from "@ordinal/runtime";
import { openDatabase, type Database } from "./database.ts";
import { EventRing } from "./event-ring.ts";
import { claim, StoreInUseError } from "./owner.ts";
import { rangeAt } from "./range-at.ts";
import { openFailure, StoreClosedError } from "./storage-error.ts";
import type { Entry, Store } from "./store.ts";
import { Watchers } from "./watchers.ts";
import { createWriter } from "./writer.ts";

export interface StoreOptions {
  /** Where the database files are; made when missing. One process at a time. */
  readonly dir: string;
  /** How many changes can be watched or looked back at. Defaults to 10 000. */
  readonly keepEvents?: number;
  /** How many characters of values those changes may hold, so that big objects do not fill the memory. Defaults to 32 Mi. */
  readonly keepCharacters?: number;
  /** Told when a watcher's callback throws. Defaults to nobody. */
  readonly log?: Logger;
}

/**
 * Opens the embedded store, which keeps everything in one LMDB file. What came before the opening can be read but not
 * watched. Fails with StoreInUseError, or StorageError when the directory cannot be used.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { dir, keepEvents = 10_000, keepCharacters = 32 * 2 ** 20, log = silentLogger } = options;
  const database = await openClaimed(dir);
  const ring = new EventRing({ start: database.revision(), keepEvents, keepCharacters });
  const watchers = new Watchers(log);
  const writer = createWriter({ dir, database, ring, onDurable: (event) => watchers.tell(event) });

  let isOpen = true;

  function checkOpen(): void {
    if (!isOpen) throw new StoreClosedError(dir);
  }

  // A commit may be on disk a moment before its events are out: until then readers see what was there before.
  function durable(key: string): Entry | undefined {
    checkOpen();
    const event = writer.unpublished().find((each) => each.key === key);
    return event === undefined ? (ring.newest(key) ?? database.get(key)) : event.previous;
  }

  return {
    revision: () => writer.revision(),
    get: async (key) => durable(key),
    async range(range) {
      checkOpen();
      const { prefix, after, revision = writer.revision() } = range;
      const undo = [...ring.since(revision), ...writer.unpublished()];
      const newest = sharing(database.scan(after === undefined ? { prefix } : { prefix, after }), ring);
      const source = {
        revision: Math.min(revision, writer.revision()),
        newest,
        countAfter: (key: string) => database.countAfter({ prefix, after: key }),
        has: (key: string) => database.has(key),
        undo,
      };
      return rangeAt(source, range);
    },
    put: async (key, value, condition) => await writer.write({ key, value }, condition),
    delete: async (key, condition) => await writer.write({ key }, condition),
    watch(watch) {
      checkOpen();
      const kept = ring.since(Math.min(watch.fromRevision, writer.revision()));
      return watchers.add(watch, kept);
    },
    async stop() {
      if (!isOpen) return;
      isOpen = false;
      await writer.stop();
      watchers.clear();
      database.release();
      await database.close();
    },
  };
}

async function openClaimed(dir: string): Promise<Database> {
  let database: Database | undefined;
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    database = openDatabase(dir);
    database.takeOver((note) => claim(note, dir));
    return database;
  } catch (error) {
    await database?.close();
    throw error instanceof StoreInUseError ? error : openFailure(dir, error);
  }
}

/** Entries that an event holds too are handed out as that one object. */
function* sharing(entries: Iterable<Entry>, ring: EventRing): Generator<Entry> {
  for (const entry of entries) {
    const known = ring.newest(entry.key);
    yield known?.modRevision === entry.modRevision ? known : entry;
  }
}
