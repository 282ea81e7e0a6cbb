import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { showFigures, type Row } from "./figures.ts";
import { createWebSet, webSet } from "./web-set.ts";

const [dataDir = ""] = process.argv.slice(2);
const set = await createWebSet(dataDir);
const rows = [...(await memoryWith(2)), ...(await memoryWith(50))];
await set.remove();
await set.close();
console.log(showFigures("Memory", rows));

async function memoryWith(count: number): Promise<readonly Row[]> {
  await set.remove();
  const manifest = webSet(count, {});
  await set.client.create("statefulsets", { ...manifest, spec: { ...manifest.spec, podManagementPolicy: "Parallel" } });
  await set.untilReady(count);
  const daemon = await memoryOf(Number((await readFile(join(dataDir, "ordinal.pid"), "utf8")).split("\n")[0]));
  const dns = await memoryOf(await pidIn("dns.json"));
  const proxy = await memoryOf(await pidIn("proxy.json"));
  const row = (name: string, value: number): Row => ({ name: `${name}, ${count} pods`, values: [value], unit: "MB" });
  return [
    row("daemon, resident", daemon.resident),
    row("dns, resident", dns.resident),
    row("proxy, resident", proxy.resident),
    { ...row("daemon + dns, resident, Node's own pages counted twice", daemon.resident + dns.resident), aim: 150 },
    { ...row("daemon + dns, every page counted once", daemon.own + dns.own + dns.shared), aim: 150 },
  ];
}

async function pidIn(file: string): Promise<number> {
  return (JSON.parse(await readFile(join(dataDir, file), "utf8")) as { pid: number }).pid;
}

/** Megabytes: all that is resident, what no other process has, and the pages of the program's file that they share. */
async function memoryOf(pid: number): Promise<{ resident: number; own: number; shared: number }> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, "utf8");
  const read = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1]) / 1024;
  return { resident: read("Rss"), own: read("Private_Dirty") + read("Private_Clean"), shared: read("Shared_Clean") };
}
