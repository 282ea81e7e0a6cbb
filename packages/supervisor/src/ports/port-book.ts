import { readFile, rename, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { hasCode, type Logger } from "@ordinal/runtime";
import { candidates, portRange, type PortKey } from "./assign-ports.ts";

export interface PortBookOptions {
  /** Where assignments are remembered. */
  readonly file: string;
  readonly log: Logger;
  /** Whether nobody listens on this port of 127.0.0.1; asked once, when a port is first given out. */
  readonly isFree?: (port: number) => Promise<boolean>;
}

/** Which localhost port belongs to which port of which pod name, for good. */
export interface PortBook {
  /** The port of this key; assigned, and remembered, when it has none. */
  portFor(key: PortKey): Promise<number>;
}

/** Opens the book. A file that cannot be read as one is set aside with a warning: ports are given out anew. */
export async function openPortBook({ file, log, isFree = isFreePort }: PortBookOptions): Promise<PortBook> {
  const assigned = await readBook(file, log);
  const taken = new Set(assigned.values());
  let lastWork: Promise<unknown> = Promise.resolve();

  async function assign(key: PortKey): Promise<number> {
    const known = assigned.get(key);
    if (known !== undefined) return known;
    for (const port of candidates(key)) {
      if (taken.has(port) || !(await isFree(port))) continue;
      assigned.set(key, port);
      taken.add(port);
      await save();
      return port;
    }
    throw new Error(`no port from ${portRange.first} to ${portRange.last} is free`);
  }

  async function save(): Promise<void> {
    const temporary = `${file}.tmp`;
    await writeFile(temporary, `${JSON.stringify(Object.fromEntries(assigned), null, 2)}\n`);
    await rename(temporary, file);
  }

  return {
    // One at a time: two pods must not be given the same port.
    async portFor(key) {
      const work = lastWork.then(() => assign(key));
      lastWork = work.catch(() => {});
      return await work;
    },
  };
}

async function readBook(file: string, log: Logger): Promise<Map<PortKey, number>> {
  try {
    const entries = Object.entries(JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>);
    return new Map(entries.filter((entry): entry is [string, number] => Number.isInteger(entry[1])));
  } catch (error) {
    if (hasCode(error, "ENOENT")) return new Map();
    if (!(error instanceof SyntaxError)) throw new Error(`cannot read ${file}`, { cause: error });
    log.warn(`${file} is damaged, so localhost ports are given out anew`);
    return new Map();
  }
}

function isFreePort(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host: "127.0.0.1", port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
