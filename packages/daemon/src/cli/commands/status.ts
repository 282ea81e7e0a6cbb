import { createHttpsClient, loadKubeconfig, type Client } from "@ordinal/client";
import { silentLogger, systemClock } from "@ordinal/runtime";
import { readRecord } from "../../companion.ts";
import type { DataDir } from "../../data-dir.ts";
import { lockHolder } from "../../lock.ts";
import { readRunFile, type RunFile } from "../../run-file.ts";
import { describePods, type PodLine } from "../../pod-lines.ts";
import { UsageError } from "../../usage-error.ts";
import { dataDirOf, readArguments } from "../arguments.ts";
import { showAddress } from "../../setting-values.ts";
import { renderTable } from "../table.ts";

export async function status(argv: readonly string[]): Promise<number> {
  const { values } = readArguments(argv, { output: { type: "string", short: "o" }, "data-dir": { type: "string" } });
  const { output = "text" } = values;
  if (output !== "text" && output !== "json") throw new UsageError(`-o ${String(output)}: must be text or json`);
  const dir = dataDirOf(values);
  const holder = await lockHolder(dir.pidFile);
  if (holder === undefined) {
    console.log(
      output === "json" ? JSON.stringify({ running: false }) : "Ordinal is not running. Start it with: ordinal start",
    );
    return 3;
  }
  const run = await readRun(dir);
  const pods = await withClient(dir, listPods);
  if (output === "json") console.log(JSON.stringify({ running: true, pid: holder.pid, ...run, pods }, null, 2));
  else console.log(showStatus(holder.pid, run, pods));
  return 0;
}

type Run = RunFile | undefined;

/** What the daemon has written when it was ready, with what DNS has said since: it may have taken over other settings. */
async function readRun(dir: DataDir): Promise<Run> {
  const [run, dns] = await Promise.all([readRunFile(dir.runFile), readRecord(dir.dnsRecord)]);
  return run === undefined ? undefined : { ...run, ...(dns?.zones === undefined ? {} : { zones: dns.zones }) };
}

function showStatus(pid: number, run: Run, pods: readonly PodLine[]): string {
  const head = [
    `Ordinal is running (pid ${pid})`,
    `  API   https://127.0.0.1:${run?.apiPort ?? "?"}`,
    `  DNS   ${showDns(run)}`,
    `  pods  ${run?.runtime ?? "?"}: ${run?.runtimeReason ?? "?"}`,
    "",
  ];
  const header = ["POD", "STATE", "NAME", "ADDRESS", "LOCALHOST", "VOLUME"];
  const rows = pods.map((pod) =>
    [pod.pod, pod.state, pod.name, pod.address, pod.localhost, pod.volumes.join(", ")].map((cell) =>
      cell === "" ? "-" : cell,
    ),
  );
  return [...head, pods.length === 0 ? "There are no pods." : renderTable([header, ...rows])].join("\n");
}

function showDns(run: Run): string {
  if (run === undefined) return "?";
  const zones = run.zones ?? [run.clusterDomain];
  const http = run.dnsHttp === undefined ? "" : `; metrics and health at http://${showAddress(run.dnsHttp)}`;
  return `${run.dns.map(showAddress).join(", ")} for ${zones.join(", ")}${http}`;
}

async function withClient<T>(dir: DataDir, use: (client: Client) => Promise<T>): Promise<T> {
  const access = await loadKubeconfig(dir.kubeconfig);
  const client = createHttpsClient({ access, clock: systemClock, log: silentLogger });
  try {
    return await use(client);
  } finally {
    await client.stop();
  }
}

async function listPods(client: Client): Promise<readonly PodLine[]> {
  const [pods, claims, volumes] = await Promise.all([
    client.list("pods"),
    client.list("persistentvolumeclaims"),
    client.list("persistentvolumes"),
  ]);
  return describePods({ pods: pods.items, claims: claims.items, volumes: volumes.items });
}
