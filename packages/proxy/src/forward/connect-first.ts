import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Clock } from "@ordinal/runtime";
import type { Target } from "../plan/plan.ts";

/** How many targets one connection tries. */
const maxTries = 3;
/** A target that says nothing for so long is passed over. */
const connectTimeoutMs = 5_000;

/** A connection to the first of the targets that takes one, or undefined. */
export async function connectFirst(
  targets: readonly Target[],
  { clock, onFailure }: { clock: Clock; onFailure: (target: Target, error: Error) => void },
): Promise<Socket | undefined> {
  for (const target of targets.slice(0, maxTries)) {
    try {
      return await connectTo(target, clock);
    } catch (error) {
      onFailure(target, error as Error);
    }
  }
  return undefined;
}

async function connectTo({ host, port }: Target, clock: Clock): Promise<Socket> {
  const socket = connect({ host, port, allowHalfOpen: true, noDelay: true, keepAlive: true });
  const cancel = clock.after(connectTimeoutMs, () => socket.destroy(new Error("no answer")));
  try {
    await once(socket, "connect");
    return socket;
  } finally {
    cancel();
  }
}
