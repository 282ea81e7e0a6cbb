/** The first bytes of `seq 1000000000 9999999999`: every line differs, so that nothing lost or moved goes unseen. */
export function* numbers(bytes: number): Generator<Buffer> {
  const linesPerChunk = 5_000;
  let missing = bytes;
  for (let first = 1_000_000_000; missing > 0; first += linesPerChunk) {
    const lines = Array.from({ length: linesPerChunk }, (_, index) => `${first + index}\n`);
    const chunk = Buffer.from(lines.join("")).subarray(0, missing);
    missing -= chunk.length;
    yield chunk;
  }
}
