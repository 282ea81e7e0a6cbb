import { annotations, isApiError, wellKnown } from "@ordinal/api";
import type { Client } from "@ordinal/client";
import { backoffDelay, describeError, microTimestamp, type Clock, type Logger, type Stoppable } from "@ordinal/runtime";

/** Renewed at least this often, so that a reader can tell a quiet server from a dead one. */
const renewMs = 10_000;

export interface LeaseReporter extends Stoppable {
  /** Says that everything up to this revision is being answered. Cheap; the newest word counts. */
  report(revision: number): void;
}

/**
 * Keeps the served revision in the Lease kube-system/ordinal-dns. The first word goes out at once; what is said while a
 * patch is under way goes out together in the next. Retries for ever: without a reader's answer nothing is lost but time.
 */
export function startLeaseReporter(options: { client: Client; clock: Clock; log: Logger }): LeaseReporter {
  const { client, clock, log } = options;
  const place = { namespace: wellKnown.systemNamespace, name: wellKnown.dnsLease };
  const ending = new AbortController();
  let latest: number | undefined;
  let sent: number | undefined;
  let isDue = false;
  let failures = 0;
  let underWay: Promise<void> | undefined;
  let cancelRenewal: (() => void) | undefined;

  function pump(): void {
    if (underWay !== undefined || ending.signal.aborted || latest === undefined) return;
    if (latest === sent && !isDue) return;
    const revision = latest;
    underWay = send(revision).finally(() => {
      underWay = undefined;
      pump();
    });
  }

  async function send(revision: number): Promise<void> {
    try {
      await write(revision);
      sent = revision;
      isDue = false;
      failures = 0;
      cancelRenewal?.();
      cancelRenewal = clock.after(renewMs, () => {
        isDue = true;
        pump();
      });
    } catch (error) {
      failures += 1;
      log.debug("could not report the served revision, trying again", { revision, error: describeError(error) });
      await clock.sleep(backoffDelay(failures, { baseMs: 20, capMs: 1_000 }), ending.signal).catch(() => {});
    }
  }

  async function write(revision: number): Promise<void> {
    const annotation = { [annotations.servedRevision]: String(revision) };
    const seconds = (3 * renewMs) / 1_000;
    const spec = {
      leaseDurationSeconds: seconds,
      holderIdentity: wellKnown.dnsLease,
      renewTime: microTimestamp(clock.now()),
    };
    try {
      await client.patch("leases", place, { type: "merge", body: { metadata: { annotations: annotation }, spec } });
    } catch (error) {
      if (!isApiError(error, "NotFound")) throw error;
      await client.create("leases", { metadata: { ...place, annotations: annotation }, spec });
    }
  }

  return {
    report(revision) {
      latest = revision;
      pump();
    },
    async stop() {
      ending.abort();
      cancelRenewal?.();
      // An API server that hangs must not hold up the end.
      const patience = new AbortController();
      await Promise.race([underWay, clock.sleep(500, patience.signal)]);
      patience.abort();
    },
  };
}
