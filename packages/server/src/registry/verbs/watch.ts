import { ApiError, type Kind, type KubeObject } from "@ordinal/api";
import type { WatchEvent, WatchOptions } from "@ordinal/client";
import { matcherOf } from "../field-selectors.ts";
import { orExpired, type ObjectChange, type ObjectStore } from "../object-store.ts";
import { ChangeBuffer } from "./change-buffer.ts";
import { listObjects, scopeOf } from "./read.ts";

/**
 * Changes to the objects that match, as an endless iteration. A reader may be slow: writers never wait for it, and when
 * it falls too far behind it gets ApiError Expired and lists again.
 */
export async function* watchObjects(
  objects: ObjectStore,
  kind: Kind,
  options: WatchOptions,
): AsyncGenerator<WatchEvent<KubeObject>, void> {
  const { signal } = options;
  const isMatch = matcherOf(kind, options);
  let fromRevision = options.fromRevision;
  if (fromRevision === undefined) {
    const existing = await listObjects(objects, kind, withoutPaging(options));
    for (const object of existing.items) {
      if (signal.aborted) return;
      yield { type: "ADDED", object, revision: Number(object.metadata.resourceVersion) };
    }
    fromRevision = existing.revision;
  }
  const buffer = await subscribe(objects, { prefix: scopeOf(kind, options), fromRevision });
  try {
    for await (const change of buffer.changes(signal)) {
      const event = toEvent(change, isMatch);
      if (event !== undefined) yield event;
    }
  } finally {
    buffer.close();
  }
}

async function subscribe(
  objects: ObjectStore,
  { prefix, fromRevision }: { readonly prefix: string; readonly fromRevision: number },
): Promise<ChangeBuffer> {
  const current = objects.revision();
  if (fromRevision > current) {
    throw new ApiError("Timeout", `Too large resource version: ${fromRevision}, current: ${current}`);
  }
  return await orExpired(
    () => new ChangeBuffer((onChange) => objects.watch({ prefix, fromRevision, onChange })),
    ({ oldest }) => `too old resource version: ${fromRevision} (${oldest})`,
  );
}

/** What a change is to somebody who sees only matching objects; undefined when it is nothing to them. */
function toEvent(change: ObjectChange, isMatch: (object: KubeObject) => boolean): WatchEvent<KubeObject> | undefined {
  const { revision } = change;
  const after = change.after?.();
  const before = change.before?.();
  const wasThere = before !== undefined && isMatch(before);
  if (after !== undefined && isMatch(after)) return { type: wasThere ? "MODIFIED" : "ADDED", object: after, revision };
  if (before === undefined || !wasThere) return undefined;
  const metadata = { ...before.metadata, resourceVersion: String(revision) };
  return { type: "DELETED", object: { ...before, metadata }, revision };
}

function withoutPaging({ namespace, labelSelector, fieldSelector }: WatchOptions) {
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
}
