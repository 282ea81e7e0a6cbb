import { closeSync, fdatasyncSync, fsyncSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

/** What one visit to a directory told. Times in microseconds. */
export interface IoFigures {
  readonly sequentialMiBPerSecond: number;
  readonly syncedWriteMicros: readonly number[];
  readonly randomReadMicros: number;
}

const mebibyte = 2 ** 20;
const page = 4096;

const [directory = ".", sequentialMiB = "64", syncedWrites = "100", randomReads = "10000"] = process.argv.slice(2);
const file = join(directory, `probe-${process.pid}`);
const figures: IoFigures = {
  sequentialMiBPerSecond: writeInSequence(Number(sequentialMiB)),
  syncedWriteMicros: writeSynced(Number(syncedWrites)),
  randomReadMicros: readAtRandom(Number(sequentialMiB), Number(randomReads)),
};
unlinkSync(file);
console.log(JSON.stringify(figures));

/** From the first byte until all is on disk. */
function writeInSequence(count: number): number {
  const block = Buffer.alloc(mebibyte, 7);
  const descriptor = openSync(file, "w");
  const begun = performance.now();
  for (let index = 0; index < count; index++) writeSync(descriptor, block);
  fsyncSync(descriptor);
  const seconds = (performance.now() - begun) / 1_000;
  closeSync(descriptor);
  return count / seconds;
}

/** As a database's journal: each of 4 KiB, on disk before the next. */
function writeSynced(count: number): readonly number[] {
  const block = Buffer.alloc(page, 9);
  const journal = `${file}-journal`;
  const descriptor = openSync(journal, "w");
  const times: number[] = [];
  for (let index = 0; index < count; index++) {
    const begun = performance.now();
    writeSync(descriptor, block);
    fdatasyncSync(descriptor);
    times.push((performance.now() - begun) * 1_000);
  }
  closeSync(descriptor);
  unlinkSync(journal);
  return times;
}

/** From the page cache, so that what lies between program and file is all there is to see. */
function readAtRandom(sizeMiB: number, count: number): number {
  const block = Buffer.alloc(page);
  const pages = (sizeMiB * mebibyte) / page;
  const descriptor = openSync(file, "r");
  const read = (times: number): number => {
    const begun = performance.now();
    // A full period of a linear congruence: the same places in the same order everywhere.
    for (let index = 0, at = 1; index < times; index++) {
      at = (Math.imul(at, 1_664_525) + 1_013_904_223) >>> 0;
      readSync(descriptor, block, 0, page, (at % pages) * page);
    }
    return ((performance.now() - begun) * 1_000) / times;
  };
  read(Math.ceil(count / 10));
  const micros = read(count);
  closeSync(descriptor);
  return micros;
}
