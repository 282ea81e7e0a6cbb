const everyMs = 5_000;

/** Says how far a part has come, now and then. */
export class Progress {
  readonly #name: string;
  readonly #seed: number;
  readonly #wanted: number;
  readonly #begunMs: number;
  readonly #deadlineMs: number;
  #saidMs: number;
  #saidCount = 0;
  count = 0;

  constructor({
    name,
    seed,
    inputs,
    minutes,
  }: {
    name: string;
    seed: number;
    inputs: number;
    minutes: number | undefined;
  }) {
    this.#name = name;
    this.#seed = seed;
    this.#wanted = inputs;
    this.#begunMs = performance.now();
    this.#saidMs = this.#begunMs;
    this.#deadlineMs = minutes === undefined ? Infinity : this.#begunMs + minutes * 60_000;
  }

  /** Inputs still to come, in steps of at most so many; 0 when it is enough, or late. */
  next(step: number): number {
    return performance.now() >= this.#deadlineMs ? 0 : Math.max(0, Math.min(step, this.#wanted - this.count));
  }

  /** How much of the run is done, from 0 to 1. */
  get share(): number {
    const duration = this.#deadlineMs - this.#begunMs;
    return Math.max(this.count / this.#wanted, duration === 0 ? 1 : (performance.now() - this.#begunMs) / duration);
  }

  add(inputs: number): void {
    this.count += inputs;
    const now = performance.now();
    if (now - this.#saidMs < everyMs) return;
    this.#say(perSecond(this.count - this.#saidCount, now - this.#saidMs));
    this.#saidMs = now;
    this.#saidCount = this.count;
  }

  end(rest: string): void {
    this.#say(`${perSecond(this.count, performance.now() - this.#begunMs)}, ${rest}`);
  }

  #say(rest: string): void {
    const of = Number.isFinite(this.#wanted) ? ` of ${grouped(this.#wanted)}` : "";
    const memory = `${megabytes(process.memoryUsage.rss())} MB`;
    console.log(`${this.#name.padEnd(10)} ${grouped(this.count)}${of} inputs, ${rest}, ${memory}, seed ${this.#seed}`);
  }
}

export function megabytes(octets: number): string {
  return (octets / 1e6).toFixed(1);
}

function perSecond(count: number, ms: number): string {
  return `${grouped(Math.round((count / Math.max(ms, 1)) * 1_000))}/s`;
}

function grouped(value: number): string {
  return value.toLocaleString("en-GB");
}
