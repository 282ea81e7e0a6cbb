import { readIfPresent } from "../commands/read-if-present.ts";
import { writeWhole } from "../commands/write-whole.ts";
import { formatAddress, parseAddress, parseRange } from "./ranges.ts";

/** Gives pods their addresses. The first two of the range are the network's and the gateway's, the last is broadcast. */
export interface AddressPool {
  /** An address nobody has; goes round the range, so that one that was given back is not given out again soon. */
  take(): Promise<string>;
  /** Marks an address as taken that a pod has already. */
  adopt(address: string): void;
  giveBack(address: string): void;
}

/** `cursorFile` remembers the last address across restarts. Throws when `cidr` is no range with room for a pod. */
export async function createAddressPool({
  cidr,
  cursorFile,
}: {
  cidr: string;
  cursorFile: string;
}): Promise<AddressPool> {
  const range = parseRange(cidr);
  if (range === undefined || range.last - range.first < 3) {
    throw new Error(`${cidr} is not a range of addresses for pods; it must look like 10.244.0.0/16`);
  }
  const lowest = range.first + 2;
  const count = range.last - lowest;
  const taken = new Set<number>();
  const saved = parseAddress(((await readIfPresent(cursorFile)) ?? "").trim());
  let cursor = saved !== undefined && saved >= lowest && saved < range.last ? saved : lowest - 1;

  return {
    async take() {
      for (let tries = 0; tries < count; tries++) {
        cursor = cursor + 1 < range.last ? cursor + 1 : lowest;
        if (taken.has(cursor)) continue;
        taken.add(cursor);
        const address = formatAddress(cursor);
        await writeWhole(cursorFile, `${address}\n`);
        return address;
      }
      throw new Error(`all ${count} addresses of ${cidr} are taken by pods`);
    },
    adopt(address) {
      const number = parseAddress(address);
      if (number !== undefined) taken.add(number);
    },
    giveBack(address) {
      const number = parseAddress(address);
      if (number !== undefined) taken.delete(number);
    },
  };
}
