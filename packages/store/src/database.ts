import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { open } from "lmdb";
import type { Entry } from "./store.ts";

/** One key's next content; without a value the key goes. */
interface Change {
  readonly key: string;
  readonly entry?: Entry;
}

/** The file on disk: entries by key, and the revision they add up to. Reads never wait; what they see is on disk. */
export interface Database {
  /** The revision of the last committed change; 0 for a new database. */
  revision(): number;
  /** Longer keys cannot be written; reading finds nothing there. */
  fits(key: string): boolean;
  get(key: string): Entry | undefined;
  /** In key order, from the first key after `after`. Use it up before the next `await`. */
  scan(where: { readonly prefix: string; readonly after?: string }): Iterable<Entry>;
  has(key: string): boolean;
  /** How many keys `scan` would give; reads no values. */
  countAfter(where: { readonly prefix: string; readonly after: string }): number;
  /** Writes all changes and the revision in one transaction; resolves when that is on disk, and changes nothing when it fails. */
  commit(changes: readonly Change[], revision: number): Promise<void>;
  /** Replaces the note of who has the database open in one step, or leaves it when `decide` throws. */
  takeOver(decide: (owner: string | undefined) => string): void;
  release(): void;
  close(): Promise<void>;
}

/** Address space, not disk or memory; LMDB enlarges it when the data outgrows it. */
const mapBytes = 2 ** 30;
/** LMDB's own limit is a little higher. */
const longestKeyBytes = 1900;

/** For the files it makes. lmdb's types do not know of it. Source: lmdb's `src/env.cpp`. */
const ownFilesOnly = { permissionsMode: 0o600 };

/** What stands in a database's first page, in either order of octets. Source: `MDB_MAGIC` in lmdb's `mdb.c`. */
const magic = { at: 24, values: [Buffer.from("dec0efbe", "hex"), Buffer.from("beefc0de", "hex")] };

/** Opens or makes the database in this directory. Throws what the operating system says, or that the file there is none. */
export function openDatabase(dir: string): Database {
  checkFirstPage(join(dir, "data.mdb"));
  const root = open<string, string>({
    path: dir,
    noSubdir: false,
    mapSize: mapBytes,
    encoding: "string",
    ...ownFilesOnly,
    // A commit is one transaction that resolves after its fsync: the store groups writers itself, and measured faster so.
    overlappingSync: false,
    eventTurnBatching: false,
    commitDelay: 0,
  });
  const objects = root.openDB<string, string>({ name: "objects", encoding: "string" });
  const facts = root.openDB<string, string>({ name: "facts", encoding: "string" });

  function* scan({ prefix, after }: { readonly prefix: string; readonly after?: string }): Generator<Entry> {
    if (!fits(prefix)) return;
    const start = after !== undefined && after > prefix ? after : prefix;
    for (const { key, value } of objects.getRange({ start, end: endOf(prefix) })) {
      if (key !== after) yield decode(key, value);
    }
  }

  return {
    revision: () => Number(facts.get("revision") ?? 0),
    fits,
    get(key) {
      const value = fits(key) ? objects.get(key) : undefined;
      return value === undefined ? undefined : decode(key, value);
    },
    scan,
    has: (key) => fits(key) && objects.doesExist(key),
    countAfter({ prefix, after }) {
      if (!fits(prefix)) return 0;
      const count = objects.getKeysCount({ start: after, end: endOf(prefix) });
      return objects.doesExist(after) ? count - 1 : count;
    },
    async commit(changes, revision) {
      const writes: Promise<boolean>[] = [];
      const done = objects.batch(() => {
        for (const { key, entry } of changes) {
          writes.push(entry === undefined ? objects.remove(key) : objects.put(key, encode(entry)));
        }
        writes.push(facts.put("revision", String(revision)));
      });
      // Each write has a promise of its own that fails along with the batch.
      await Promise.all([done, ...writes]).catch(async (error: unknown) => {
        throw await rootCause(error);
      });
    },
    takeOver(decide) {
      root.transactionSync(() => facts.putSync("owner", decide(facts.get("owner"))));
    },
    release() {
      root.transactionSync(() => facts.removeSync("owner"));
    },
    close: () => root.close(),
  };
}

/** LMDB, given a file that is not its own, ends the whole process. An empty one it takes for a new database. */
function checkFirstPage(file: string): void {
  if (!existsSync(file)) return;
  const head = Buffer.alloc(magic.at + 4);
  const descriptor = openSync(file, "r");
  try {
    const length = readSync(descriptor, head);
    if (length === 0 || magic.values.some((value) => value.equals(head.subarray(magic.at)))) return;
  } finally {
    closeSync(descriptor);
  }
  throw new Error(
    `${file} is not a database, or its beginning is damaged: put a copy of it in its place, or move it away to begin without objects; the directories of volumes stay`,
  );
}

/** Behind every key with this prefix. */
function endOf(prefix: string): string {
  return `${prefix}\uFFFF`;
}

function fits(key: string): boolean {
  return Buffer.byteLength(key) <= longestKeyBytes;
}

/** The two revisions on a line of their own, then the value as it is. */
function encode(entry: Entry): string {
  return `${entry.createRevision} ${entry.modRevision}\n${entry.value}`;
}

function decode(key: string, text: string): Entry {
  const space = text.indexOf(" ");
  const line = text.indexOf("\n", space);
  return {
    key,
    value: text.slice(line + 1),
    createRevision: Number(text.slice(0, space)),
    modRevision: Number(text.slice(space + 1, line)),
  };
}

/** LMDB fails every write of a batch with a general error and keeps the reason behind a promise. */
async function rootCause(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !("commitError" in error)) return error;
  return await Promise.resolve(error.commitError).catch((cause: unknown) => cause);
}
