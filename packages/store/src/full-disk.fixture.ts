import { writeSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openStore } from "./embedded-store.ts";

/** Fills the small file system at argv[2] through a store, frees some space, and reports what happened as JSON. */
const [, , mount = ""] = process.argv;
const ballast = join(mount, "ballast");
await writeFile(ballast, Buffer.alloc(1_500_000));
const store = await openStore({ dir: join(mount, "store") });

const acknowledged: string[] = [];
let message = "";
while (message === "") {
  const keys = [0, 1].map((writer) => `/full/${acknowledged.length + writer}`);
  const outcomes = await Promise.allSettled(keys.map((key) => store.put(key, key.padEnd(50_000, "."))));
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.status === "fulfilled") acknowledged.push(keys[index] ?? "");
    else message = (outcome.reason as Error).message;
  }
}
const lost = [];
for (const key of acknowledged) if (!(await store.get(key))?.value.startsWith(key)) lost.push(key);
const revisionWhenFull = store.revision();
await rm(ballast);
const afterwards = await store.put("/full/afterwards", "fits");
await store.stop();
writeSync(1, JSON.stringify({ acknowledged: acknowledged.length, lost, message, revisionWhenFull, afterwards }));
