import type { Informer } from "@ordinal/client";

/** Whether all copies are complete: waits for that, or until the signal says that nobody needs it any more. */
export async function areSynced(
  informers: readonly Pick<Informer<unknown>, "synced" | "hasSynced">[],
  signal: AbortSignal,
): Promise<boolean> {
  if (informers.every((informer) => informer.hasSynced())) return !signal.aborted;
  const stopped = Promise.withResolvers<void>();
  const stop = (): void => stopped.resolve();
  signal.addEventListener("abort", stop, { once: true });
  if (!signal.aborted) await Promise.race([Promise.all(informers.map(({ synced }) => synced)), stopped.promise]);
  signal.removeEventListener("abort", stop);
  return !signal.aborted;
}
