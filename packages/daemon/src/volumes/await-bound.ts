import type { PersistentVolumeClaim, Selector } from "@ordinal/api";
import type { Client } from "@ordinal/client";

export interface AwaitBoundOptions {
  readonly claim: PersistentVolumeClaim;
  readonly signal: AbortSignal;
  /** Hears what stands in the way, each sentence once. */
  readonly onWord: (sentence: string) => void;
}

/** Resolves with the claim once it is bound; undefined when the signal aborts before, or the claim is deleted. */
export async function awaitBound(
  client: Client,
  { claim, signal, onWord }: AwaitBoundOptions,
): Promise<PersistentVolumeClaim | undefined> {
  const done = new AbortController();
  const either = AbortSignal.any([signal, done.signal]);
  // Only words for the person who waits: without them the waiting goes on.
  const told = tellEvents(client, { claim, signal: either, onWord }).catch(() => undefined);
  try {
    return await firstBound(client, claim, either);
  } finally {
    done.abort();
    await told;
  }
}

async function firstBound(
  client: Client,
  { metadata: { namespace = "", name, uid } }: PersistentVolumeClaim,
  signal: AbortSignal,
): Promise<PersistentVolumeClaim | undefined> {
  const fieldSelector = equals("metadata.name", name);
  for await (const { type, object } of client.watch("persistentvolumeclaims", { namespace, fieldSelector, signal })) {
    if (object.metadata.uid !== uid) continue;
    if (type === "DELETED") return undefined;
    if (object.status?.phase === "Bound") return object;
  }
  return undefined;
}

async function tellEvents(client: Client, { claim, signal, onWord }: AwaitBoundOptions): Promise<void> {
  const { namespace = "", uid } = claim.metadata;
  const fieldSelector = equals("involvedObject.uid", uid);
  const said = new Set<string>();
  for await (const { type, object } of client.watch("events", { namespace, fieldSelector, signal })) {
    if (type === "BOOKMARK" || type === "DELETED" || object.type !== "Warning") continue;
    const sentence = `${object.reason}: ${object.message}`;
    if (!said.has(sentence)) onWord(sentence);
    said.add(sentence);
  }
}

function equals(key: string, value: string): Selector {
  return [{ operator: "in", key, values: [value] }];
}
