import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createFakeClock, silentLogger, type FakeClock, type Logger } from "@ordinal/runtime";
import { expect } from "chai";
import type { Respond } from "../answers/respond.ts";
import { query, shorts } from "../message.fixture.ts";
import { openLineSink, type LineSink } from "./line-sink.ts";
import { queryLine } from "./query-line.ts";
import { createQueryLog, type QueryLog } from "./query-log.ts";

const run = promisify(execFile);
const name = "web-0.nginx.default.svc.cluster.local";

/** The query's header and question with these flags, and `more` octets behind. */
function answerTo(message: Buffer, flags: number, more = 0): Buffer {
  const answer = Buffer.concat([message, Buffer.alloc(more)]);
  answer.writeUInt16BE(flags, 2);
  return answer;
}

describe("a line of the query log", () => {
  const plain = query(name, "A", { id: 4_242 });
  const from = { transport: "udp", address: "127.0.0.1", ms: 0.012345 } as const;

  it("D51 is in CoreDNS' common log format", () => {
    expect(queryLine({ ...from, message: plain, answer: answerTo(plain, 0x8580, 16) })).to.equal(
      `[INFO] 127.0.0.1:0 - 4242 "A IN ${name}. udp 55 false 512" NOERROR qr,aa,rd,ra 71 0.000012345s`,
    );
  });

  it("D51 tells EDNS, IPv6 askers, streams, and unknown numbers as such", () => {
    const message = query("WEB.example", "OPT", { id: 1, class: 7, edns: { size: 4_096, dnssecOk: true } });
    message.writeUInt16BE(65_280, message.length - 11 - 4);
    expect(queryLine({ ...from, address: "fd00::1", message, answer: answerTo(message, 0x8005) })).to.equal(
      `[INFO] [fd00::1]:0 - 1 "TYPE65280 CLASS7 web.example. udp ${message.length} true 4096" REFUSED qr ${message.length} 0.000012345s`,
    );
    expect(queryLine({ ...from, transport: "tls", message: plain, answer: undefined })).to.equal(
      `[INFO] 127.0.0.1:0 - 4242 "A IN ${name}. tcp 55 false 65535" - - 0 0.000012345s`,
    );
  });

  it("D51 is one line without control characters, whatever is asked", () => {
    const hostile = Buffer.concat([
      shorts(1, 0x0100, 1, 0, 0, 0),
      Buffer.from([9]),
      Buffer.from('a\n".\\\u0000\u001b\u007f\u00ff', "latin1"),
      Buffer.from([0]),
      shorts(1, 1),
    ]);
    expect(queryLine({ ...from, message: hostile, answer: undefined })).to.contain(
      '"A IN a\\010\\"\\.\\\\\\000\\027\\127\\255. udp ',
    );
    let random = 1;
    const next = (below: number): number => (random = (random * 48_271) % 0x7fffffff) % below;
    for (let round = 0; round < 2_000; round += 1) {
      const message = Buffer.from(Array.from({ length: next(80) }, () => next(256)));
      expect(queryLine({ ...from, message, answer: message })).to.match(/^\[INFO\] [\u0020-\u007e]*$/);
    }
    expect(queryLine({ ...from, message: Buffer.alloc(0), answer: undefined })).to.contain(
      '0 "- - . udp 0 false 512" - - 0',
    );
  });
});

describe("the query log", () => {
  let clock: FakeClock;
  let taken: string[];
  let room: number;
  let warnings: string[];
  let log: QueryLog;
  const sink: LineSink = {
    write(octets) {
      const count = Math.min(room, octets.length);
      room -= count;
      taken.push(octets.toString("latin1", 0, count));
      return Promise.resolve(count);
    },
    close: () => Promise.resolve(),
  };
  const logger: Logger = {
    ...silentLogger,
    warn: (message, fields) => void warnings.push(`${message} ${JSON.stringify(fields)}`),
  };
  const echo: Respond = (message) => message;

  beforeEach(() => {
    clock = createFakeClock();
    taken = [];
    warnings = [];
    room = Number.MAX_SAFE_INTEGER;
    log = createQueryLog({ sink, clock, log: logger, nowMs: () => 0, maxOctets: 1_000 });
  });
  afterEach(() => log.stop());

  const linesOf = (): readonly string[] => taken.join("").split("\n").slice(0, -1);

  it("D51 writes a line for each query, several together", async () => {
    const respond = log.wrap(echo);
    for (const type of ["A", "AAAA"]) void respond(query(name, type), "udp", "127.0.0.1");
    expect(taken).to.deep.equal([]);
    await clock.advance(100);
    expect(taken).to.have.length(1);
    expect(linesOf().map((line) => line.split(" ")[4])).to.deep.equal(['"A', '"AAAA']);
  });

  it("D51 writes what is answered later when it is, and hands on what was answered", async () => {
    const later = Promise.withResolvers<readonly Buffer[]>();
    const answer = log.wrap(() => later.promise)(query("example.com", "A"), "tcp", "::1");
    await clock.advance(100);
    expect(taken).to.deep.equal([]);
    const messages = [answerTo(query("example.com", "A"), 0x8002)];
    later.resolve(messages);
    expect(await answer).to.equal(messages);
    await clock.advance(100);
    expect(linesOf()[0]).to.contain("example.com. tcp").and.to.contain("SERVFAIL");
    expect(log.wrap(() => undefined)(query(name, "A"), "udp", "::1")).to.equal(undefined);
  });

  it("D51 leaves lines out, and counts them, where they are not taken; what is taken is whole", async () => {
    const respond = log.wrap(echo);
    room = 150;
    for (let count = 0; count < 20; count += 1) void respond(query(name, "A", { id: count }), "udp", "127.0.0.1");
    const kept = 20 - log.dropped();
    expect(kept).to.be.within(5, 12);
    await clock.advance(1_000);
    expect(taken.join("")).to.have.length(150);
    room = Number.MAX_SAFE_INTEGER;
    await clock.advance(1_000);
    expect(linesOf().map((line) => Number(line.split(" ")[3]))).to.deep.equal(
      Array.from({ length: kept }, (_, id) => id),
    );
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.contain(`{"lines":${20 - kept}}`);
  });

  it("D51 goes on after a failure of what it writes to", async () => {
    let isBroken = true;
    const failing: LineSink = {
      ...sink,
      write: (octets) => (isBroken ? Promise.reject(new Error("EIO")) : sink.write(octets)),
    };
    const other = createQueryLog({ sink: failing, clock, log: logger });
    void other.wrap(echo)(query(name, "A"), "udp", "127.0.0.1");
    await clock.advance(100);
    expect(other.dropped()).to.equal(1);
    isBroken = false;
    void other.wrap(echo)(query(name, "A"), "udp", "127.0.0.1");
    await other.stop();
    expect(linesOf()).to.have.length(1);
  });

  it("D51 writes what waits when it is stopped, and waits for nobody", async () => {
    const respond = log.wrap(echo);
    void respond(query(name, "A"), "udp", "127.0.0.1");
    await log.stop();
    expect(linesOf()).to.have.length(1);
    void respond(query(name, "A"), "udp", "127.0.0.1");
    await clock.advance(1_000);
    expect(linesOf()).to.have.length(1);
    room = 0;
    const full = createQueryLog({ sink, clock, log: logger });
    void full.wrap(echo)(query(name, "A"), "udp", "127.0.0.1");
    await full.stop();
    const never = createQueryLog({ sink: { ...sink, write: () => new Promise(() => {}) }, clock, log: logger });
    void never.wrap(echo)(query(name, "A"), "udp", "127.0.0.1");
    const stopped = never.stop();
    await clock.advance(500);
    await stopped;
  });

  describe("where its lines go", () => {
    let dir: string;
    beforeEach(async () => void (dir = await mkdtemp(join(tmpdir(), "ordinal-dns-"))));
    afterEach(() => rm(dir, { recursive: true, force: true }));

    it("D51 never waits for who does not read a pipe", async () => {
      const path = join(dir, "pipe");
      await run("mkfifo", [path]);
      // For reading too, so that it has a reader.
      const pipe = await open(path, constants.O_RDWR);
      const sinkOfPipe = await openLineSink(pipe.fd);
      const octets = Buffer.alloc(1 << 20, "x");
      const first = await sinkOfPipe.write(octets);
      expect(first).to.be.within(4_096, octets.length - 1);
      expect(await sinkOfPipe.write(octets)).to.equal(0);
      await pipe.read(Buffer.alloc(first), 0, first);
      expect(await sinkOfPipe.write(octets)).to.be.greaterThan(0);
      await sinkOfPipe.close();
      await pipe.close();
    });

    it("D51 writes all of it to a file", async () => {
      const file = await open(join(dir, "log"), "a");
      const sinkOfFile = await openLineSink(file.fd);
      expect(await sinkOfFile.write(Buffer.from("one\n"))).to.equal(4);
      expect(await sinkOfFile.write(Buffer.from("two\n"))).to.equal(4);
      await sinkOfFile.close();
      await file.close();
      expect(await readFile(join(dir, "log"), "utf8")).to.equal("one\ntwo\n");
    });
  });
});
