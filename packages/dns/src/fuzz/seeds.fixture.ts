import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface Seed {
  /** Who sends it, or what it once broke. */
  readonly name: string;
  readonly message: Buffer;
}

/** The messages kept in `seeds.txt`: a line of hexadecimal digits each, below a line with `#` that says what it is. */
export function readSeeds(): readonly Seed[] {
  const seeds: Seed[] = [];
  let name = "";
  for (const line of readFileSync(join(import.meta.dirname, "seeds.txt"), "utf8").split("\n")) {
    if (line.startsWith("#")) name = line.slice(1).trim();
    else if (/^([\da-f]{2})*$/.test(line)) {
      // An empty line is nothing, unless it is said to be a message.
      if (line !== "" || name.endsWith("empty")) seeds.push({ name, message: Buffer.from(line, "hex") });
      if (line === "") name = "";
    } else throw new Error(`seeds.txt: ${JSON.stringify(line)} is no message`);
  }
  return seeds;
}
