import { describeError, type Clock, type Logger, type Stoppable } from "@ordinal/runtime";
import type { Respond } from "../answers/respond.ts";
import type { LineSink } from "./line-sink.ts";
import { queryLine } from "./query-line.ts";

export interface QueryLogOptions {
  /** Where the lines go. The caller closes it, after `stop`. */
  readonly sink: LineSink;
  readonly clock: Clock;
  readonly log: Logger;
  /** Milliseconds from anywhere, with fractions. Defaults to `performance.now`. */
  readonly nowMs?: () => number;
  /** Lines of so long are written together. Defaults to 100. */
  readonly batchMs?: number;
  /** What may wait to be written; what comes beyond is left out, and counted. Defaults to 1 MiB. */
  readonly maxOctets?: number;
}

/** Writes a line for each query. Stopping writes what waits, but does not wait for a reader that does not read. */
export interface QueryLog extends Stoppable {
  wrap(respond: Respond): Respond;
  /** Lines that were left out so far. */
  dropped(): number;
}

/** How long `stop` may take to write what waits. */
const stopPatienceMs = 500;
/** Lines that are missing are told of at most so often. */
const tellEveryMs = 10_000;
const newline = 0x0a;

/** Costs some microseconds for each query; nothing ever waits for whoever reads the lines. */
export function createQueryLog(options: QueryLogOptions): QueryLog {
  const { sink, clock, log, nowMs = () => performance.now(), batchMs = 100, maxOctets = 1 << 20 } = options;
  let lines: string[] = [];
  let waitingOctets = 0;
  /** What of a batch has not been taken yet. */
  let rest: Buffer = Buffer.alloc(0);
  let dropped = 0;
  let told = 0;
  let toldAtMs = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | undefined;
  let writing: Promise<void> | undefined;
  let isStopped = false;

  function add(line: string): void {
    if (isStopped) return;
    // Only ASCII is in a line, so that its length is its octets.
    if (waitingOctets + rest.length + line.length >= maxOctets) {
      dropped += 1;
      return;
    }
    lines.push(line);
    waitingOctets += line.length + 1;
    schedule();
  }

  function schedule(): void {
    if (writing !== undefined || isStopped) return;
    cancel ??= clock.after(batchMs, () => {
      cancel = undefined;
      writing = write().finally(() => {
        writing = undefined;
        if (rest.length > 0 || lines.length > 0) schedule();
      });
    });
  }

  /** Writes what waits, as far as it is taken. */
  async function write(): Promise<void> {
    if (rest.length === 0) {
      rest = Buffer.from(lines.map((line) => `${line}\n`).join(""), "latin1");
      lines = [];
      waitingOctets = 0;
    }
    try {
      rest = rest.subarray(await sink.write(rest));
    } catch (error) {
      dropped += rest.filter((octet) => octet === newline).length;
      rest = Buffer.alloc(0);
      log.debug("the query log could not be written", { error: describeError(error) });
    }
    tellDropped();
  }

  function tellDropped(): void {
    if (dropped === told || clock.now() - toldAtMs < tellEveryMs) return;
    log.warn("queries are missing in the query log, which is not written as fast as they come", {
      lines: dropped - told,
    });
    told = dropped;
    toldAtMs = clock.now();
  }

  /** Writes all that waits, unless it is not taken. */
  async function finish(): Promise<void> {
    await writing;
    let before = -1;
    while ((rest.length > 0 || lines.length > 0) && before !== rest.length) {
      before = rest.length;
      await write();
    }
  }

  return {
    wrap: (respond) => (message, transport, address) => {
      const startedMs = nowMs();
      // The answer may be written over the question.
      const copy = Buffer.from(message);
      const answered = respond(message, transport, address);
      const tell = (answer: Buffer | undefined): void =>
        add(queryLine({ message: copy, transport, address, answer, ms: nowMs() - startedMs }));
      if (!(answered instanceof Promise)) {
        tell(answered);
        return answered;
      }
      return answered.then((messages) => {
        tell(messages[0]);
        return messages;
      });
    },
    dropped: () => dropped,
    async stop() {
      isStopped = true;
      cancel?.();
      const patience = new AbortController();
      await Promise.race([finish(), clock.sleep(stopPatienceMs, patience.signal)]);
      patience.abort();
    },
  };
}
