import { close, constants, fstat, open, write } from "node:fs";
import { promisify } from "node:util";
import { hasCode } from "@ordinal/runtime";

/** Takes octets without ever keeping anybody waiting. */
export interface LineSink {
  /** Resolves with how many of them were taken: fewer than there are, or none, where whoever reads them does not keep up. */
  write(octets: Buffer): Promise<number>;
  close(): Promise<void>;
}

const statusOf = promisify(fstat);
const openFile = promisify(open);
const closeFile = promisify(close);

/**
 * Writes to a file descriptor of this process, such as 1, standard output. A pipe or terminal is opened once more for
 * itself, without blocking: were a thread to wait for a reader that never reads, the process could not even end; and to
 * make the descriptor itself non-blocking would take the other programs that share it by surprise. A regular file takes
 * all there is, and so (as good as always) does a socket, which cannot be opened again.
 */
export async function openLineSink(descriptor: number): Promise<LineSink> {
  const status = await statusOf(descriptor);
  const canBlock = status.isFIFO() || status.isCharacterDevice();
  const own = canBlock ? await reopen(descriptor) : undefined;
  return {
    write: async (octets) => await writeSome(own ?? descriptor, octets),
    async close() {
      if (own !== undefined) await closeFile(own);
    },
  };
}

/** Undefined where the system has no such files (macOS has, but opens the same once more) or does not let us. */
async function reopen(descriptor: number): Promise<number | undefined> {
  const flags = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
  return await openFile(`/proc/self/fd/${descriptor}`, flags).catch(() => undefined);
}

async function writeSome(descriptor: number, octets: Buffer): Promise<number> {
  return await new Promise((resolve, reject) => {
    write(descriptor, octets, (error, written) => {
      if (error === null) resolve(written);
      else if (hasCode(error, "EAGAIN")) resolve(0);
      else reject(error);
    });
  });
}
