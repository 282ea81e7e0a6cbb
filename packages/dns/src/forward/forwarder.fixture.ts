import { createFakeClock, createStopStack, silentLogger, type FakeClock } from "@ordinal/runtime";
import { query, read, type Read } from "../message.fixture.ts";
import { createForwarder, type Forwarder, type ForwarderOptions } from "./forwarder.ts";
import { answerTo, startUpstream, type GotQuery, type TestUpstream } from "./upstream.fixture.ts";

/** What each test of the forwarder has anew; everything started through it is stopped behind the test. */
export interface ForwarderRig {
  readonly clock: FakeClock;
  upstream(...how: Parameters<typeof startUpstream>): Promise<TestUpstream>;
  /** A forwarder to these, started. */
  forwarder(upstreams: readonly TestUpstream[], options?: Partial<ForwarderOptions>): Promise<Forwarder>;
  /** One that is not started. */
  idle(options: Partial<ForwarderOptions>): Forwarder;
  /** Lets time pass, a little at a time, until it is done. */
  meanwhile<T>(doing: Promise<T>): Promise<T>;
}

/** To be called once in a `describe`. */
export function forwarderRig(): ForwarderRig {
  let parts = createStopStack();
  let clock = createFakeClock();

  beforeEach(() => {
    parts = createStopStack();
    clock = createFakeClock();
  });

  afterEach(() => parts.stop());

  const idle = (options: Partial<ForwarderOptions>): Forwarder =>
    parts.add(createForwarder({ clock, log: silentLogger, upstreams: [], ...options }));

  return {
    get clock() {
      return clock;
    },
    idle,
    upstream: async (...how) => parts.add(await startUpstream(...how)),
    async forwarder(upstreams, options = {}) {
      const made = idle({ upstreams: upstreams.map((each) => each.address), ...options });
      await made.start();
      return made;
    },
    async meanwhile(doing) {
      const state = { isDone: false };
      const done = doing.finally(() => {
        state.isDone = true;
      });
      while (!state.isDone) await clock.advance(50);
      return await done;
    },
  };
}

/** Asks for a type (A by default), over UDP or else TCP. */
export async function ask(
  of: Forwarder,
  name: string,
  { type = "A", transport = "udp" }: { type?: string; transport?: "udp" | "tcp" } = {},
): Promise<Read> {
  return read(await of.ask(query(name, type), transport));
}

/** What is said to a question (for addresses by default), in short: the code, or each answer's TTL, type and data. */
export async function say(of: Forwarder, name: string, type = "A"): Promise<string> {
  const { rcode, answer } = await ask(of, name, { type });
  return answer.length === 0 ? rcode : answer.map((each) => each.split(" ").slice(1).join(" ")).join(", ");
}

/** Answers with a code alone. */
export function withCode(rcode: number): (query: GotQuery) => void {
  return (got) => got.reply(answerTo(got, { rcode }));
}

/** Does not answer. */
export function silent(): void {}
