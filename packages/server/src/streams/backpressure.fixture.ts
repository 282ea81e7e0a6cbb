import type { FakeClock } from "@ordinal/runtime";

/** Far more than the kernel's buffers of both sides hold. */
const tooMuch = 100 * 2 ** 20;

/** Writes until nothing more is taken for many turns of the event loop. Fails when the other side takes everything. */
export async function writeUntilHeldUp(bytes: Buffer, write: (bytes: Buffer, done: () => void) => void): Promise<void> {
  for (let sent = 0; sent < tooMuch; sent += bytes.length) {
    const taken = new Promise<boolean>((resolve) => write(bytes, () => resolve(true)));
    if (!(await Promise.race([taken, turns(500)]))) return;
  }
  throw new Error(`${tooMuch} bytes were taken, and nothing held them up`);
}

async function turns(count: number): Promise<false> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  return false;
}

/** Lets time pass, one heartbeat after the other, until this has happened. */
export async function advanceUntil(clock: FakeClock, happened: Promise<void>): Promise<void> {
  const isOver = happened.then(() => true);
  const beat = async (): Promise<false> => {
    await clock.advance(10_000);
    return false;
  };
  while (!(await Promise.race([isOver, beat()])));
}
