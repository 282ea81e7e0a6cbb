import { appendFile, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { createFakeClock, silentLogger } from "@ordinal/runtime";
import type { FakeClock } from "@ordinal/runtime";
import { expect } from "chai";
import type { LogOptions } from "../../pod-runtime.ts";
import { temporaryDirectory } from "../runtime.fixture.ts";
import { readLog, readTail } from "./read-log.ts";
import { RunLog } from "./run-log.ts";

const startMs = Date.UTC(2026, 0, 1);

describe("the log of a run", () => {
  let directory: string;
  let clock: FakeClock;
  let log: RunLog;
  let written = 0;

  beforeEach(async () => {
    directory = join(await temporaryDirectory(), "logs");
    await mkdir(directory);
    written = 0;
    clock = createFakeClock(startMs);
    log = new RunLog({ segments: { directory, segmentBytes: 16 }, keep: 3, clock, log: silentLogger });
  });
  afterEach(async () => {
    log.close();
    await rm(join(directory, ".."), { recursive: true });
  });

  /** What split(1) does with output. */
  const write = async (text: string): Promise<void> => {
    for (let at = 0; at < text.length;) {
      const path = join(directory, String(Math.floor(written / 16)).padStart(6, "0"));
      const part = text.slice(at, at + 16 - (written % 16));
      await appendFile(path, part);
      written += part.length;
      at += part.length;
    }
  };

  const read = async (options: Partial<LogOptions> = {}, signal = new AbortController().signal): Promise<string> => {
    const chunks: Uint8Array[] = [];
    const all = { follow: false, timestamps: false, ...options, signal, now: () => clock.now() };
    for await (const chunk of readLog(log, all)) chunks.push(chunk);
    return Buffer.concat(chunks).toString("utf8");
  };

  /** Lines that come at different times, each looked at when it came. */
  const writeLines = async (count: number): Promise<void> => {
    log.open();
    for (let number = 1; number <= count; number++) {
      await write(`line ${number}\n`);
      // The kernel tells of it when it likes, and meanwhile the clock must not run away.
      const dueMs = clock.now() + 20;
      while ((await log.growths()).at(-1)?.end !== written) await clock.advance(clock.now() < dueMs ? 1 : 0);
      await clock.advance(startMs + number * 1000 - clock.now());
    }
  };

  it("K11 is empty before anything was written", async () => {
    expect(await read()).to.equal("");
    expect(await read({ tailLines: 3 })).to.equal("");
    expect(await read({ sinceMs: startMs })).to.equal("");
  });

  it("reads across segments as if there were none", async () => {
    const text = Array.from({ length: 5 }, (_, i) => `line ${i}\n`).join("");
    await write(text);
    expect(await readdir(directory)).to.deep.equal(["000000", "000001", "000002"]);
    expect(await read()).to.equal(text);
  });

  for (const [lines, expected] of [
    [0, ""],
    [1, "five"],
    [2, "four\nfive"],
    [4, "two\nthree\nfour\nfive"],
    [9, "one\ntwo\nthree\nfour\nfive"],
  ] as const) {
    it(`K11 tails ${lines} lines`, async () => {
      await write("one\ntwo\nthree\nfour\nfive");
      expect(await read({ tailLines: lines })).to.equal(expected);
    });
  }

  it("does not take the newline at the end for a line", async () => {
    await write("one\ntwo\n");
    expect(await read({ tailLines: 1 })).to.equal("two\n");
  });

  it("K11 ends after so many bytes", async () => {
    await write("0123456789".repeat(3));
    expect(await read({ limitBytes: 17 })).to.equal("01234567890123456");
    expect(await read({ limitBytes: 0 })).to.equal("");
  });

  it("K11 gives lines since a moment, with the times at which they came", async () => {
    await writeLines(4);
    expect(await read({ sinceMs: startMs + 2000 })).to.equal("line 3\nline 4\n");
    expect(await read({ sinceMs: startMs + 2000, timestamps: true })).to.match(
      /^2026-01-01T00:00:02\.\d{3}000000Z line 3\n2026-01-01T00:00:03\.\d{3}000000Z line 4\n$/,
    );
    expect(await read({ tailLines: 1, sinceMs: startMs })).to.equal("line 4\n");
    expect(await read({ sinceMs: startMs + 60_000 })).to.equal("");
  });

  it("gives a line that was not noted yet the present time", async () => {
    await write("new");
    expect(await read({ timestamps: true })).to.equal("2026-01-01T00:00:00.000000000Z new");
  });

  it("K11 keeps so many segments, and begins at what is left", async () => {
    await writeLines(11);
    expect((await readdir(directory)).filter((name) => /^\d+$/.test(name))).to.deep.equal([
      "000002",
      "000003",
      "000004",
    ]);
    expect((await readdir(directory)).filter((name) => name.endsWith(".times"))).to.deep.equal([
      "000002.times",
      "000003.times",
      "000004.times",
    ]);
    const text = await read();
    expect(
      text.startsWith(
        Array.from({ length: 11 }, (_, i) => `line ${i + 1}\n`)
          .join("")
          .slice(32, 48),
      ),
    ).to.equal(true);
    expect(text.endsWith("line 10\nline 11\n")).to.equal(true);
  });

  it("K11 follows until the run has ended, and not further", async () => {
    await write("one\n");
    log.open();
    const pieces = readLog(log, {
      follow: true,
      timestamps: false,
      signal: new AbortController().signal,
      now: () => clock.now(),
    });
    const next = async (): Promise<string> => Buffer.from((await pieces.next()).value as Uint8Array).toString("utf8");
    expect(await next()).to.equal("one\n");
    const second = next();
    await write("two\n");
    expect(await second).to.equal("two\n");
    const last = next();
    await write("three\n");
    await log.finish();
    expect(await last).to.equal("three\n");
    expect((await pieces.next()).done).to.equal(true);
  });

  it("stops following when nobody wants it", async () => {
    log.open();
    const leaving = new AbortController();
    const reading = read({ follow: true }, leaving.signal);
    leaving.abort();
    expect(await reading).to.equal("");
  });

  it("K10 gives the last bytes", async () => {
    await write("0123456789abcdefghij");
    expect(await readTail(log, 6)).to.equal("efghij");
    expect(await readTail(log, 100)).to.equal("0123456789abcdefghij");
  });
});
