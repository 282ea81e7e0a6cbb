import { writeSync } from "node:fs";
import { openStore } from "./embedded-store.ts";

/** Writes to the store in argv[2] until it is killed, and reports each write once it is acknowledged: `key revision`. */
const [, , dir = "", run = ""] = process.argv;
const store = await openStore({ dir });

async function writeOn(writer: number): Promise<void> {
  for (let count = 0; ; count += 1) {
    const key = `/${run}/${writer}/${count}`;
    const outcome = await store.put(key, `value of ${key} ${"x".repeat(500)}`);
    writeSync(1, `${key} ${outcome.ok ? outcome.revision : "refused"}\n`);
  }
}

await Promise.all(Array.from({ length: 4 }, (_, writer) => writeOn(writer)));
