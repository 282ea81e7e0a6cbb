import type { Clock } from "@ordinal/runtime";
import { rcodes, types } from "../wire/constants.ts";
import { plainQuestion, type UpstreamQuestion } from "./asked-query.ts";
import { Histogram, type ProxyCounters } from "./counters.ts";
import type { Exchange, Exchanged } from "./exchange.ts";
import { Health } from "./health.ts";
import { readAnswer, type ReadAnswer, type StoredAnswer } from "./stored-answer.ts";
import { createTcpExchange } from "./tcp-exchange.ts";
import { createUdpExchange } from "./udp-exchange.ts";
import { showUpstream, type UpstreamAddress } from "./upstream-address.ts";
import { isTruncated, upstreamQuery } from "./upstream-query.ts";

export interface UpstreamOptions {
  readonly clock: Clock;
  /** As `HealthOptions` has it. */
  readonly maxFails?: number | undefined;
  /** Told when it failed to answer while nothing was held against it. */
  readonly onDoubt: (reason: string) => void;
  readonly onDown: () => void;
  readonly onRecovered: (from: { readonly wasDown: boolean }) => void;
}

export interface Attempt {
  /** For each exchange, of which an attempt may take several. */
  readonly timeoutMs: number;
  /** When it has to be over, by the clock. */
  readonly deadline: number;
  readonly overTcp: boolean;
}

export type Attempted =
  | { readonly is: "answer"; readonly answer: StoredAnswer }
  | { readonly is: "failed"; readonly reason: string };

/** The time a probe may take. Source: CoreDNS plugin/pkg/proxy/health.go. */
const probeTimeoutMs = 1_000;

/** One upstream: how it is asked, how it does, and its figures. */
export class Upstream {
  readonly address: UpstreamAddress;
  readonly name: string;
  /** Set by who looks for loops: whether what is sent there comes back here. */
  isLooping = false;
  readonly #clock: Clock;
  readonly #health: Health;
  readonly #udp: Exchange;
  readonly #tcp: Exchange;
  readonly #onDoubt: (reason: string) => void;
  readonly #durations = new Map<number, Histogram>();
  #requests = 0;
  #failures = 0;
  #inFlight = 0;
  #udpUses = 0;
  readonly #tcpUses = { kept: 0, opened: 0 };

  constructor(address: UpstreamAddress, { clock, maxFails, onDoubt, onDown, onRecovered }: UpstreamOptions) {
    this.address = address;
    this.name = showUpstream(address);
    this.#clock = clock;
    this.#onDoubt = onDoubt;
    this.#udp = createUdpExchange(address, clock);
    this.#tcp = createTcpExchange(address, { clock, onUse: (use) => (this.#tcpUses[use] += 1) });
    this.#health = new Health({
      clock,
      probe: () => this.probe(plainQuestion("", types.NS)),
      onDown,
      onRecovered,
      ...(maxFails === undefined ? {} : { maxFails }),
    });
  }

  isDown(): boolean {
    return this.#health.isDown();
  }

  /** Asks it, over UDP first unless told otherwise. Never rejects. */
  async ask(question: UpstreamQuestion, attempt: Attempt): Promise<Attempted> {
    const startedAt = this.#clock.now();
    this.#requests += 1;
    this.#inFlight += 1;
    const attempted = await this.#attempt(question, attempt);
    this.#inFlight -= 1;
    if (attempted.is === "failed") {
      this.#failures += 1;
      if (this.#health.failed()) this.#onDoubt(attempted.reason);
    } else {
      this.#observe(attempted.answer.rcode, this.#clock.now() - startedAt);
      this.#health.succeeded();
    }
    return attempted;
  }

  /** Whether anything at all is said to a question. Counts for nothing. */
  async probe(question: UpstreamQuestion): Promise<boolean> {
    const exchanged = await this.#overUdp(upstreamQuery(question, { withOpt: false }), probeTimeoutMs);
    return exchanged.is !== "failed";
  }

  counters(): ProxyCounters {
    return {
      to: this.name,
      requests: this.#requests,
      failures: this.#failures,
      requestDuration: Object.fromEntries([...this.#durations].map(([rcode, each]) => [rcode, each.read()])),
      healthcheckFailures: this.#health.failures,
      connCacheHits: { tcp: this.#tcpUses.kept },
      connCacheMisses: { udp: this.#udpUses, tcp: this.#tcpUses.opened },
      inFlight: this.#inFlight,
      isDown: this.isDown(),
      isLooping: this.isLooping,
    };
  }

  stop(): void {
    this.#health.stop();
    this.#udp.stop();
    this.#tcp.stop();
  }

  async #attempt(question: UpstreamQuestion, attempt: Attempt): Promise<Attempted> {
    const withOpt = await this.#exchange(question, { ...attempt, withOpt: true });
    const isRefusedOpt = withOpt.is === "read" && !withOpt.read.hasOpt && refusals.has(withOpt.read.answer.rcode);
    // Servers that do not know EDNS say so, or stumble, without it. Source: RFC 6891 §7.
    const last = isRefusedOpt ? await this.#exchange(question, { ...attempt, withOpt: false }) : withOpt;
    if (last.is === "failed") return last;
    return { is: "answer", answer: last.read.answer };
  }

  async #exchange(question: UpstreamQuestion, attempt: Attempt & { readonly withOpt: boolean }): Promise<Read> {
    const ask = (protocol: "udp" | "tcp"): Promise<Exchanged> => {
      const query = upstreamQuery(question, attempt);
      const timeoutMs = Math.max(1, Math.min(attempt.timeoutMs, attempt.deadline - this.#clock.now()));
      return protocol === "udp" ? this.#overUdp(query, timeoutMs) : this.#tcp.ask(query, timeoutMs);
    };
    const first = await ask(attempt.overTcp ? "tcp" : "udp");
    if (first.is === "failed") return first;
    if (first.is === "answered" && !isTruncated(first.message)) return readOf(first, question);
    const whole = await ask("tcp");
    if (whole.is === "answered") return readOf(whole, question);
    // An upstream without TCP: better a part, which says that it is one, than nothing.
    return first.is === "answered" ? readOf(first, question) : { is: "failed", reason: reasonOf(whole) };
  }

  #overUdp(query: Buffer, timeoutMs: number): Promise<Exchanged> {
    this.#udpUses += 1;
    return this.#udp.ask(query, timeoutMs);
  }

  #observe(rcode: number, ms: number): void {
    const histogram = this.#durations.get(rcode) ?? new Histogram();
    this.#durations.set(rcode, histogram);
    histogram.observe(Math.max(0, ms) / 1_000);
  }
}

type Read = { readonly is: "read"; readonly read: ReadAnswer } | { readonly is: "failed"; readonly reason: string };

/** What servers that do not know OPT answer. */
const refusals: ReadonlySet<number> = new Set([rcodes.FORMERR, rcodes.NOTIMP]);

function readOf({ message }: { readonly message: Buffer }, question: UpstreamQuestion): Read {
  const read = readAnswer(message, question);
  return read === undefined ? { is: "failed", reason: "answered with a malformed message" } : { is: "read", read };
}

function reasonOf(exchanged: Exchanged): string {
  return exchanged.is === "failed" ? exchanged.reason : "answered in a way that cannot be trusted";
}
