import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";

const tidied = `
  import { tidyHeap } from ${JSON.stringify(join(import.meta.dirname, "tidy-heap.ts"))};
  const read = Array.from({ length: 1_600_000 }, (_, index) => ({ index, next: { index } }));
  const kept = read.filter(({ index }) => index % 4 === 0);
  read.length = 0;
  const before = process.memoryUsage().heapTotal;
  tidyHeap();
  console.log(JSON.stringify({ before, after: process.memoryUsage().heapTotal, kept: kept.length }));
`;

async function heapOf(...flags: readonly string[]): Promise<{ before: number; after: number; kept: number }> {
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, "--input-type=module", "-e", tidied]);
  return JSON.parse(stdout) as { before: number; after: number; kept: number };
}

describe("tidying the heap", () => {
  it("gives back what lies between what is kept", async () => {
    const { before, after, kept } = await heapOf("--expose-gc");
    expect(kept).to.equal(400_000);
    expect(after).to.be.below(before * 0.75);
  });

  it("does nothing where it is not allowed to", async () => {
    const { before, after } = await heapOf();
    expect(after).to.be.at.least(before * 0.9);
  });
});
