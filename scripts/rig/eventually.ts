import { systemClock } from "@ordinal/runtime";

const lookAgainMs = 20;

/** Waits until a fact holds, looking again and again; fails after `withinMs` (20 s by default), saying which fact. */
export async function eventually<T>(
  fact: string,
  look: () => T | Promise<T>,
  withinMs = 20_000,
): Promise<NonNullable<T>> {
  const deadline = systemClock.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found;
    if (systemClock.now() > deadline) throw new Error(`still not so after ${withinMs} ms: ${fact}`);
    await systemClock.sleep(lookAgainMs);
  }
}
