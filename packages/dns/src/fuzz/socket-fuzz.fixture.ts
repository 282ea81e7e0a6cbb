import { systemClock } from "@ordinal/runtime";
import type { Transport } from "../answers/respond.ts";
import { query } from "../message.fixture.ts";
import { problemOf } from "./judge.fixture.ts";
import type { Target } from "./target.fixture.ts";

/** What went wrong at the socket, with the octets that were sent last. */
export class SocketProblem extends Error {
  override readonly name = "SocketProblem";
  readonly input: Buffer;

  constructor(problem: string, input: Buffer) {
    super(problem);
    this.input = input;
  }
}

/** Longest that an answer may take on a machine that is busy with other things. */
const patienceMs = 20_000;

/** Something that has to happen. */
export interface Fact<T> {
  /** In words. */
  readonly that: string;
  readonly happens: Promise<T>;
  readonly withinMs?: number;
}

/** Waits for it no longer than anybody would; says what did not happen, or that the server is gone. */
export async function expectThat<T>(target: Target, { that, happens, withinMs = patienceMs }: Fact<T>): Promise<T> {
  const waiting = new AbortController();
  const late = systemClock.sleep(withinMs, waiting.signal).then(
    () => {
      throw new Error(target.ended() ?? `not within ${withinMs} ms: ${that}`);
    },
    () => undefined as never,
  );
  try {
    return await Promise.race([happens, late]);
  } finally {
    waiting.abort();
  }
}

/** A question that has to be answered at all times, and whose answer is known. */
export function canary(id: number): Buffer {
  return query("dns-version.cluster.local", "TXT", { id });
}

/** Judges an answer that came by a socket of this machine. */
export function judgeAt(
  target: Target,
  exchange: { readonly message: Buffer; readonly transport: Transport; readonly answer: Buffer | undefined },
): void {
  const problem = problemOf({ ...exchange, address: "127.0.0.1" }, target.world.model);
  if (problem !== undefined) throw new SocketProblem(`over ${exchange.transport}: ${problem}`, exchange.message);
}
