/**
 * What an answer costs without sockets, for whoever tunes the hot path:
 *
 *     node scripts/benchmarks/dns/respond.ts [--names 1000,100000] [--kind A] [--edns yes|no] [--ms 200]
 *     node --cpu-prof scripts/benchmarks/dns/respond.ts --names 100000 --kind A --edns no --ms 3000
 *
 * The baseline copies each query into a fresh Buffer. Rounds alternate with it; a figure is the median round.
 */
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Respond } from "../../../packages/dns/src/answers/respond.ts";
import { percentile } from "../figures.ts";
import { createNames, type BenchNames } from "./names.ts";
import { encodeQuery, kinds, queriesOf, type Kind } from "./queries.ts";
import { serveInProcess } from "./serving-in-process.ts";
import { showTable } from "../table.ts";

const rounds = 7;
const { values } = parseArgs({
  options: {
    names: { type: "string", default: "1000,100000" },
    kind: { type: "string" },
    edns: { type: "string" },
    ms: { type: "string", default: "200" },
  },
});
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

for (const count of values.names.split(",").map(Number)) {
  const names = createNames(count);
  collectGarbage();
  const heapBefore = process.memoryUsage().heapUsed;
  const begun = performance.now();
  const respond = serveInProcess(names);
  const loadMs = performance.now() - begun;
  collectGarbage();
  const heap = process.memoryUsage().heapUsed - heapBefore;
  const rows = cases().map(({ kind, edns }) => measureKind(respond, { names, kind, edns }));
  const header = ["", "queries", "octets", "baseline ns", "answer ns", "best", "ratio"];
  const title = `${count} endpoints, loaded in ${loadMs.toFixed(0)} ms, ${(heap / count).toFixed(0)} octets of heap for each (8 records at 3 names)`;
  console.log(`${showTable(title, [header, ...rows])}\n`);
}

function cases(): readonly { kind: Kind; edns: boolean }[] {
  return kinds
    .filter((kind) => values.kind === undefined || values.kind === kind)
    .flatMap((kind) => [
      ...(values.edns === "yes" ? [] : [{ kind, edns: false }]),
      ...(values.edns === "no" ? [] : [{ kind, edns: true }]),
    ]);
}

function measureKind(respond: Respond, what: { names: BenchNames; kind: Kind; edns: boolean }): readonly string[] {
  const { names, kind, edns } = what;
  const queries = queriesOf(kind, names, 20_000).map((query) => encodeQuery(query, { edns }));
  const octets = queries.map((query) => checkedAnswer(respond, query, kind).length);
  const answer = (query: Buffer): unknown => respond(query, "udp", "127.0.0.1");
  const baseline: number[] = [];
  const figures: number[] = [];
  // Compiled before anything counts.
  nanoseconds(queries, copy, 50);
  nanoseconds(queries, answer, 300);
  for (let round = 0; round < rounds; round += 1) {
    baseline.push(nanoseconds(queries, copy, Number(values.ms) / 4));
    figures.push(nanoseconds(queries, answer, Number(values.ms)));
  }
  const ratios = figures.map((figure, round) => figure / (baseline[round] ?? Number.NaN));
  return [
    edns ? `${kind}, EDNS` : kind,
    String(queries.length),
    percentile(octets, 0.5).toFixed(0),
    percentile(baseline, 0.5).toFixed(0),
    percentile(figures, 0.5).toFixed(0),
    Math.min(...figures).toFixed(0),
    percentile(ratios, 0.5).toFixed(1),
  ];
}

/** The answer, or an error where it is not what this kind of question should get: a fast "no" is no figure. */
function checkedAnswer(respond: Respond, query: Buffer, kind: Kind): Buffer {
  const answer = respond(query, "udp", "127.0.0.1");
  if (!Buffer.isBuffer(answer)) throw new Error(`${kind} is not answered at once`);
  const rcode = answer.readUInt8(3) & 0x0f;
  const answers = answer.readUInt16BE(6);
  const isRight = kind === "NXDOMAIN" ? rcode === 3 && answers === 0 : rcode === 0 && answers > 0;
  if (!isRight)
    throw new Error(`${kind} is answered with rcode ${rcode} and ${answers} records: ${answer.toString("hex")}`);
  return answer;
}

function copy(query: Buffer): unknown {
  const out = Buffer.allocUnsafe(query.length);
  out.set(query);
  return out;
}

/** Nanoseconds per call, over as many rounds through the queries as fit into the time. */
function nanoseconds(queries: readonly Buffer[], work: (query: Buffer) => unknown, forMs: number): number {
  const begun = performance.now();
  let calls = 0;
  let kept: unknown;
  do {
    for (const query of queries) kept = work(query);
    calls += queries.length;
  } while (performance.now() - begun < forMs);
  const ended = performance.now();
  // What is never used might not be made.
  if (kept === undefined) throw new Error("a query got no answer");
  return ((ended - begun) * 1e6) / calls;
}
