import { appendFile, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFakeClock, createStopStack, silentLogger, systemClock, type StopStack } from "@ordinal/runtime";
import { expect } from "chai";
import { createFate } from "../disk/crashing-disk.fixture.ts";
import { nodeDisk } from "../disk/disk.ts";
import { eventually } from "../provisioner-rig.fixture.ts";
import { parseLines, showLine, type Intent } from "./intent.ts";
import { openJournal } from "./journal.ts";

const intent = (name: string): Intent => ({
  base: "/base",
  path: `/base/${name}`,
  adopted: false,
  volume: { metadata: { name }, spec: {} },
});

describe("the journal of volumes that are being made", () => {
  let dir: string;
  let path: string;
  let parts: StopStack;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "ordinal-journal-"));
    path = join(dir, ".journal");
    parts = createStopStack();
  });
  afterEach(async () => {
    await parts.stop();
    await rm(dir, { recursive: true });
  });

  const open = async (disk = nodeDisk, clock = systemClock) =>
    parts.add(await openJournal(path, { disk, clock, log: silentLogger, retryMs: 1 }));
  const namesIn = async () => {
    const journal = await open();
    return journal.list().map(({ volume }) => volume.metadata.name);
  };

  it("has what was begun and not finished, over a restart", async () => {
    const journal = await open();
    await Promise.all(["a", "b", "c"].map(async (name) => await journal.begin(intent(name))));
    await journal.finish("b");
    expect(journal.get("a")?.path).to.equal("/base/a");
    expect(await namesIn()).to.deep.equal(["a", "c"]);
  });

  it("writes many at once with few syncs", async () => {
    const fate = createFate();
    const journal = await open(fate.disk(nodeDisk));
    const before = fate.log.length;
    await Promise.all(Array.from({ length: 500 }, async (_, index) => await journal.begin(intent(`v-${index}`))));
    expect(fate.log.slice(before).filter((call) => call.startsWith("sync")).length).to.be.lessThan(3);
    expect((await namesIn()).length).to.equal(500);
  });

  it("does not keep who waits for the disk waiting for the end of another work", async () => {
    const clock = createFakeClock();
    const fate = createFate();
    const journal = await open(fate.disk(nodeDisk), clock);
    await journal.begin(intent("a"));
    await journal.begin(intent("b"));
    const before = fate.log.length;
    journal.finishLater("a");
    journal.finishLater("b");
    expect(fate.log.length).to.equal(before);
    await clock.advance(20);
    await eventually(async () => expect(await namesIn()).to.deep.equal([]));
  });

  it("hurries for one who waits for the end of a work that nobody waited for before", async () => {
    const journal = await open(nodeDisk, createFakeClock());
    await journal.begin(intent("a"));
    journal.finishLater("a");
    await journal.finish("a");
    expect(await namesIn()).to.deep.equal([]);
  });

  it("reads what stands before and after a line that was cut short", async () => {
    await writeFile(path, showLine({ begin: intent("a") }));
    await appendFile(path, showLine({ begin: intent("b") }).slice(0, 30));
    await appendFile(path, showLine({ begin: intent("c") }));
    await appendFile(path, '{"begin":{}}\n[]\nnull\n\0\n');
    expect(await namesIn()).to.deep.equal(["a", "c"]);
    expect(parseLines(await readFile(path, "utf8")).length).to.equal(2);
  });

  it("notes everything anew where its directory was exchanged, and says when it cannot", async () => {
    const journal = await open();
    await journal.begin(intent("a"));
    await rename(path, join(dir, "aside"));
    const problem = await journal.begin(intent("b")).then(
      () => "none",
      (error: unknown) => String(error),
    );
    expect(problem).to.contain("ENOENT");
    await journal.begin(intent("c"));
    expect(await namesIn()).to.deep.equal(["a", "b", "c"]);
  });

  it("says that something is forgotten when that is on disk, also to one who asks later, and tries until it is", async () => {
    const fate = createFate({ fail: { from: 12, times: 3, code: "EIO" } });
    const journal = await open(fate.disk(nodeDisk));
    await journal.begin(intent("a"));
    expect(fate.log.length).to.equal(11);
    const outcomes = await Promise.allSettled([journal.finish("a"), journal.finish("a")]);
    expect(outcomes.map(({ status }) => status)).to.deep.equal(["rejected", "rejected"]);
    await eventually(async () => await journal.finish("a"));
    expect(await namesIn()).to.deep.equal([]);
  });

  it("stays small", async () => {
    const journal = await open();
    await journal.begin(intent("stays"));
    const long = { ...intent("long"), path: "x".repeat(100_000) };
    for (let round = 0; round < 40; round += 1) await journal.begin(long);
    expect((await stat(path)).size).to.be.lessThan(1_400_000);
    expect(await namesIn()).to.have.members(["long", "stays"]);
  });
});
