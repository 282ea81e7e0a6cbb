import { once } from "node:events";
import { readFile, rm, writeFile } from "node:fs/promises";
import type { Query } from "./queries.ts";
import { aheadOfOthers, type Workshop } from "./workshop.ts";

export interface DnsperfOptions {
  readonly port: number;
  /** Made by `writeQueries`. */
  readonly queries: string;
  readonly seconds: number;
  readonly core?: number | undefined;
  readonly edns?: boolean;
  /** Sockets it asks from; 1 where not said. */
  readonly clients?: number;
  /** Ahead of other processes, where root may say so. */
  readonly isAhead?: boolean;
  /** Every question once, and no more. */
  readonly once?: boolean;
  /** Queries per second, sent whether or not answers come; left out, as many as it can with 100 under way. */
  readonly rate?: number;
}

export interface DnsperfResult {
  readonly queriesPerSecond: number;
  readonly completed: number;
  readonly lost: number;
  /** Of each answer, from its sending, in milliseconds; only with a rate. */
  readonly latencies: readonly number[];
}

/** With a rate, as many queries may be under way as come in a second or two: a slow answer must not hold up the next. */
const underWay = { atRate: 2_000, atMost: 100 };

/** Writes questions as dnsperf reads them, and returns the file. */
export async function writeQueries(workshop: Workshop, name: string, queries: readonly Query[]): Promise<string> {
  const file = workshop.path(`${name}.queries`);
  await writeFile(file, `${queries.map((query) => `${query.name} ${query.type}`).join("\n")}\n`);
  return file;
}

/** A run that is under way. */
export interface Dnsperf {
  /** Rejects with dnsperf's words where it fails. */
  readonly result: Promise<DnsperfResult>;
  /** Ends it before its time; what there is by then is the result. */
  stop(): void;
}

export async function runDnsperf(workshop: Workshop, options: DnsperfOptions): Promise<DnsperfResult> {
  return await startDnsperf(workshop, options).result;
}

export function startDnsperf(workshop: Workshop, options: DnsperfOptions): Dnsperf {
  const { port, queries, seconds, core, edns = false, clients = 1, rate } = options;
  const { once: isOnce = false, isAhead = false } = options;
  const command: string[] = isAhead ? [...aheadOfOthers] : [];
  command.push("dnsperf", "-s", "127.0.0.1", "-p", String(port), "-d", queries, "-l", String(seconds));
  command.push("-t", "1", "-c", String(clients), "-W");
  if (isOnce) command.push("-n", "1");
  if (edns) command.push("-e");
  if (rate === undefined) command.push("-q", String(underWay.atMost));
  else command.push("-q", String(underWay.atRate), "-Q", String(rate), "-v");
  const file = workshop.path(`dnsperf-${port}.out`);
  const child = workshop.startLogged(command, { core, file });
  const finish = async (): Promise<DnsperfResult> => {
    const [code] = (await once(child, "exit")) as [number | null];
    const text = await readFile(file, "utf8");
    await rm(file, { force: true });
    if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}\n${text.slice(-2_000)}`);
    return readResult(text);
  };
  return { result: finish(), stop: () => child.kill("SIGINT") };
}

function readResult(text: string): DnsperfResult {
  const figure = (label: string): number => {
    const found = new RegExp(`${label}:\\s+([\\d.]+)`).exec(text)?.[1];
    if (found === undefined) throw new Error(`dnsperf does not say "${label}": ${text.slice(-2_000)}`);
    return Number(found);
  };
  return {
    queriesPerSecond: figure("Queries per second"),
    completed: figure("Queries completed"),
    lost: figure("Queries lost"),
    // `> NOERROR name type seconds`; a query without an answer is `> T name type`.
    latencies: Array.from(text.matchAll(/^> \S+ \S+ \S+ ([\d.]+)$/gm), ([, seconds]) => Number(seconds) * 1_000),
  };
}
