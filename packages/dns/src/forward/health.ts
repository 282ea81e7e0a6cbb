import { backoffDelay, type Clock } from "@ordinal/runtime";

export interface HealthOptions {
  readonly clock: Clock;
  /** Asks the upstream something harmless; whether anything came back. Never rejects. */
  readonly probe: () => Promise<boolean>;
  /** More failed probes than this in a row and the upstream is down; 0 for never. Defaults to 2, as CoreDNS. */
  readonly maxFails?: number;
  /** Told when so many probes failed that it is down. */
  readonly onDown?: () => void;
  /** Told when something was heard again from an upstream that had been in doubt, or even down. */
  readonly onRecovered?: (from: { readonly wasDown: boolean }) => void;
}

/** Time between probes: as CoreDNS at first, then ever longer, since a laptop may be offline for days. */
const probeDelay = { baseMs: 500, capMs: 5_000 };

type State =
  | { readonly is: "well" }
  /** In doubt: probed until it answers. */
  | { readonly is: "probed"; readonly fails: number; readonly cancel: () => void };

/**
 * Whether an upstream is worth asking. A failed query only raises the doubt; it is probes that decide, so that one slow name
 * takes no upstream out of service. Source: CoreDNS plugin/pkg/proxy and plugin/pkg/up.
 *
 *   well ──failed──▶ probed ──probe fails──▶ probed, one more
 *    ▲                 │
 *    └── any answer ───┘
 */
export class Health {
  readonly #options: HealthOptions;
  #state: State = { is: "well" };
  #isStopped = false;

  /** Failed probes so far. */
  failures = 0;

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  isDown(): boolean {
    return this.#state.is === "probed" && this.#state.fails > this.#maxFails();
  }

  /** A query was not answered. Returns whether that is news. */
  failed(): boolean {
    if (this.#isStopped || this.#maxFails() === 0 || this.#state.is === "probed") return false;
    this.#probeAfter(0, 0);
    return true;
  }

  /** Something was answered. */
  succeeded(): void {
    if (this.#state.is === "well") return;
    const wasDown = this.isDown();
    this.#state.cancel();
    this.#state = { is: "well" };
    this.#options.onRecovered?.({ wasDown });
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#state.is === "probed") this.#state.cancel();
  }

  #probeAfter(ms: number, fails: number): void {
    const cancel = this.#options.clock.after(ms, () => void this.#probe(fails));
    this.#state = { is: "probed", fails, cancel };
  }

  async #probe(fails: number): Promise<void> {
    const isAlive = await this.#options.probe();
    if (this.#isStopped) return;
    if (isAlive) return this.succeeded();
    this.failures += 1;
    // It may have answered something else in the meantime.
    if (this.#state.is !== "probed") return;
    const wasDown = this.isDown();
    this.#probeAfter(backoffDelay(fails + 1, probeDelay), fails + 1);
    if (!wasDown && this.isDown()) this.#options.onDown?.();
  }

  #maxFails(): number {
    return this.#options.maxFails ?? 2;
  }
}
