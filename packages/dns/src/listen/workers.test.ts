import { join } from "node:path";
import {
  createFakeClock,
  createStopStack,
  silentLogger,
  systemClock,
  type Logger,
  type StopStack,
} from "@ordinal/runtime";
import { expect } from "chai";
import { eventually } from "../api.fixture.ts";
import { listenShared, type ListenAddress } from "./listen.ts";
import { askUdp, connectTcp, say, textOf } from "./peers.fixture.ts";
import type { TextChange } from "./replica-main.fixture.ts";
import { startWorkerPool, type WorkerPool, type WorkerPoolOptions } from "./workers.ts";

const program = join(import.meta.dirname, "replica-main.fixture.ts");

/** The main thread's side: it serves the same texts as its threads. */
interface Main {
  readonly pool: WorkerPool<TextChange>;
  readonly address: ListenAddress;
  readonly barrier: Int32Array;
  change(name: string, text: string, waits?: boolean): void;
  /** What somebody at the shared port says, each time from another port; asks again when a dying thread has swallowed it. */
  ask(text: string): Promise<string>;
  /** Asks until this thread is met. Thread `main` is the one of the test. */
  askThread(index: string, text: string): Promise<string>;
}

describe("DNS threads", () => {
  let parts: StopStack;
  beforeEach(() => (parts = createStopStack()));
  afterEach(() => parts.stop());

  async function start(options: Partial<WorkerPoolOptions<TextChange>> & { isMainDeaf?: boolean } = {}): Promise<Main> {
    const texts = new Map<string, string>();
    const shared = new SharedArrayBuffer(4);
    const respond = (message: Buffer): Buffer | undefined =>
      options.isMainDeaf === true ? undefined : say(`main:${texts.get(textOf(message)) ?? "nothing"}`);
    const standing = { clock: createFakeClock(), log: silentLogger };
    const { address } = parts.add(await listenShared({ host: "127.0.0.1", port: 0 }, { ...standing, respond }));
    const pool = parts.add(
      startWorkerPool<TextChange>({
        program,
        count: 2,
        addresses: [address],
        settings: (index) => ({ index, barrier: shared }),
        snapshot: () => [...texts].map(([name, text]) => ({ name, text })),
        help: async (request) => `helped ${String(request)}`,
        clock: systemClock,
        log: silentLogger,
        ...options,
      }),
    );
    async function ask(text: string): Promise<string> {
      for (;;) {
        const enough = new AbortController();
        const cancel = systemClock.after(200, () => enough.abort());
        const answer = await askUdp(address.port, say(text), enough).catch(() => undefined);
        cancel();
        if (answer !== undefined) return textOf(answer);
      }
    }
    return {
      pool,
      address,
      barrier: new Int32Array(shared),
      ask,
      async askThread(index, text) {
        for (;;) {
          const answer = await ask(text);
          if (answer.startsWith(`${index}:`)) return answer;
        }
      },
      change(name, text, waits = false) {
        texts.set(name, text);
        pool.apply({ name, text, waits });
      },
    };
  }

  const served = async ({ pool }: Main, count = 2): Promise<void> =>
    await eventually(() => expect(pool.serving()).to.equal(count));

  it("answer at one port, over UDP and TCP, what was said before and after their start", async () => {
    const main = await start();
    main.change("early", "bird");
    await served(main);
    main.change("late", "riser");
    await new Promise<void>((resolve) => main.pool.afterApplied(resolve));
    for (const index of ["0", "1", "main"]) {
      expect(await main.askThread(index, "early")).to.equal(`${index}:bird`);
      expect(await main.askThread(index, "late")).to.equal(`${index}:riser`);
    }
    const met = new Set<string>();
    while (met.size < 3) {
      const peer = await connectTcp(main.address.port);
      peer.send(say("late"));
      for (const answer of await peer.received(1)) met.add(textOf(answer));
      peer.socket.destroy();
    }
    expect([...met].toSorted()).to.deep.equal(["0:riser", "1:riser", "main:riser"]);
  });

  it("let nothing be called served before each of them has applied it", async () => {
    const main = await start();
    await served(main);
    Atomics.store(main.barrier, 0, 1);
    main.change("web", "new", true);
    let isServed = false;
    main.pool.afterApplied(() => (isServed = true));
    // Both threads stand still, so nobody but this one answers.
    await Promise.all(Array.from({ length: 20 }, () => main.askThread("main", "web")));
    expect(isServed).to.equal(false);
    Atomics.store(main.barrier, 0, 0);
    Atomics.notify(main.barrier, 0);
    await eventually(() => expect(isServed).to.equal(true));
    for (const index of ["0", "1"]) expect(await main.askThread(index, "web")).to.equal(`${index}:new`);
  });

  it("let everything be called served at once while none of them answers", async () => {
    const main = await start();
    main.change("web", "new");
    let isServed = false;
    main.pool.afterApplied(() => (isServed = true));
    expect(isServed).to.equal(true);
  });

  it("never answer with something old what was called served, also when they die all the time", async () => {
    const main = await start({ clock: soon });
    await served(main);
    for (let round = 0; round < 60; round += 1) {
      main.change("web", `round ${round}`);
      await new Promise<void>((resolve) => main.pool.afterApplied(resolve));
      const answers = await Promise.all(Array.from({ length: 8 }, () => main.ask("web")));
      for (const answer of answers) expect(answer.split(":")[1]).to.equal(`round ${round}`);
      if (round % 10 === 0) await main.askThread(String((round / 10) % 2), "die");
    }
    await served(main);
  });

  it("are started again and told everything before they answer", async () => {
    const lines: string[] = [];
    const log = { ...silentLogger, error: keep(lines), info: () => {} };
    const main = await start({ count: 1, clock: soon, log: { ...log, child: () => log } });
    // More than goes in one message, and more than may be under way.
    for (let index = 0; index < 3_000; index += 1) main.change(`name ${index}`, String(index));
    await served(main, 1);
    await main.askThread("0", "die");
    await served(main, 0);
    main.change("name 17", "changed");
    await served(main, 1);
    expect(await main.askThread("0", "name 17")).to.equal("0:changed");
    expect(await main.askThread("0", "name 2999")).to.equal("0:2999");
    expect(lines).to.deep.equal([
      "a DNS thread ended; the others go on, and it is started again: a query nobody can survive",
    ]);
  });

  it("are replaced when they hang, and nobody waits for them longer than that", async () => {
    const clock = createFakeClock();
    const main = await start({ count: 1, clock });
    await served(main, 1);
    Atomics.store(main.barrier, 0, 1);
    main.change("web", "new", true);
    let isServed = false;
    main.pool.afterApplied(() => (isServed = true));
    await clock.advance(9_999);
    expect(isServed).to.equal(false);
    await clock.advance(1);
    await eventually(() => expect(isServed).to.equal(true));
    expect(main.pool.serving()).to.equal(0);
    await clock.advance(100);
    await served(main, 1);
    expect(await main.askThread("0", "web")).to.equal("0:new");
  });

  it("are started again ever more seldom when they cannot start", async () => {
    const delays: unknown[] = [];
    const clock = createFakeClock();
    const error: Logger["error"] = (_message, fields) => void delays.push(fields?.["delayMs"]);
    const log = { ...silentLogger, error };
    const main = await start({ count: 1, clock, program: `${program}.absent`, log: { ...log, child: () => log } });
    for (const [index, delayMs] of [100, 200, 400, 800].entries()) {
      await eventually(() => expect(delays).to.have.length(index + 1));
      await clock.advance(delayMs);
    }
    expect(delays.slice(0, 4)).to.deep.equal([100, 200, 400, 800]);
    expect(await main.ask("anything")).to.equal("main:nothing");
  });

  it("are fed anew when a change breaks them", async () => {
    const main = await start({ count: 1, clock: soon });
    await served(main, 1);
    main.pool.apply({ name: "poison", text: "" });
    await served(main, 0);
    await served(main, 1);
    expect(await main.askThread("0", "web")).to.equal("0:nothing");
  });

  it("have help from the main thread, over UDP and TCP", async () => {
    const main = await start({ count: 1 });
    await served(main, 1);
    expect(await main.askThread("0", "ask upstream")).to.equal("0:helped ask upstream");
  });

  it("write their lines to the main thread's log", async () => {
    const lines: string[] = [];
    const warn: Logger["warn"] = (message, fields) => void lines.push(`${message} ${JSON.stringify(fields)}`);
    const log = { ...silentLogger, warn };
    const main = await start({ count: 1, log: { ...log, child: () => log } });
    await served(main, 1);
    await main.askThread("0", "log");
    await eventually(() => expect(lines).to.deep.equal(['said in a thread {"a":1,"error":"why","count":0}']));
  });

  it("leave the port when they are stopped, whatever they do", async () => {
    const main = await start();
    await served(main);
    Atomics.store(main.barrier, 0, 1);
    main.change("web", "new", true);
    await parts.stop();
    const again = await listenShared(main.address, {
      respond: (message) => message,
      clock: systemClock,
      log: silentLogger,
    });
    await again.stop();
  });
});

/** How long a thread may be silent. */
const silenceMs = 10_000;

/** The machine's time, but nobody waits to be started again. */
const soon = {
  ...systemClock,
  after: (ms: number, then: () => void) => systemClock.after(ms === silenceMs ? ms : 0, then),
};

function keep(lines: string[]): Logger["error"] {
  return (message, fields) => void lines.push(`${message}: ${String(fields?.["why"])}`);
}
