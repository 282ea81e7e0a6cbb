import { isApiError, type Node } from "@ordinal/api";
import type { Client } from "@ordinal/client";
import { describeError, microTimestamp, type Clock, type Logger, type Stoppable } from "@ordinal/runtime";
import { nodeDraft, nodeStatus, type NodeFacts } from "./node-object.ts";

export interface NodeOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly facts: Omit<NodeFacts, "nowMs">;
}

/** Upstream's figures: the lease says every 10 s that the node lives, its status every 5 minutes how it is. */
const leaseRenewMs = 10_000;
const leaseSeconds = 40;
const statusEveryMs = 5 * 60_000;
const retryMs = 1_000;
const leaseNamespace = "kube-node-lease";

/** Keeps the Node object and its lease up to date until stopped. Registers again when somebody deleted them. */
export function startNode({ client, clock, log, facts }: NodeOptions): Stoppable {
  const ending = new AbortController();
  const { name } = facts;
  let statusDueMs = 0;

  async function run(): Promise<void> {
    while (!ending.signal.aborted) {
      const waitMs = await beat();
      // Rejects only when it is time to end.
      await clock.sleep(waitMs, ending.signal).catch(() => {});
    }
  }

  async function beat(): Promise<number> {
    try {
      if (clock.now() >= statusDueMs) {
        await writeStatus(await ensureNode());
        statusDueMs = clock.now() + statusEveryMs;
      }
      await renewLease();
      return leaseRenewMs;
    } catch (error) {
      statusDueMs = 0;
      log.debug("could not report the node, trying again", { error: describeError(error) });
      return retryMs;
    }
  }

  async function ensureNode(): Promise<Node> {
    const draft = nodeDraft({ ...facts, nowMs: clock.now() });
    try {
      return await client.create("nodes", draft);
    } catch (error) {
      if (!isApiError(error, "AlreadyExists")) throw error;
    }
    return await client.patch(
      "nodes",
      { name },
      { type: "merge", body: { metadata: { labels: draft.metadata.labels } } },
    );
  }

  async function writeStatus(before: Node): Promise<void> {
    const status = nodeStatus({ ...facts, nowMs: clock.now() }, before);
    await client.patch("nodes", { name }, { type: "merge", subresource: "status", body: { status } });
  }

  async function renewLease(): Promise<void> {
    const spec = { holderIdentity: name, leaseDurationSeconds: leaseSeconds, renewTime: microTimestamp(clock.now()) };
    try {
      await client.patch("leases", { namespace: leaseNamespace, name }, { type: "merge", body: { spec } });
    } catch (error) {
      if (!isApiError(error, "NotFound")) throw error;
      await client.create("leases", { metadata: { namespace: leaseNamespace, name }, spec });
    }
  }

  const finished = run();
  return {
    async stop() {
      ending.abort();
      await finished;
    },
  };
}
