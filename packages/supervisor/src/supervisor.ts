import { readFile, realpath } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import { wellKnown } from "@ordinal/api";
import { createEventRecorder, type Client } from "@ordinal/client";
import {
  createStopStack,
  hasCode,
  type BackoffOptions,
  type Clock,
  type Logger,
  type Stoppable,
} from "@ordinal/runtime";
import { startCatalogue } from "./images/catalogue.ts";
import { readMachine } from "./node/machine.ts";
import { startNode } from "./node/register-node.ts";
import type { PodRuntime } from "./pod-runtime.ts";
import { startPortAnnotator } from "./ports/annotate-ports.ts";
import { openPortBook } from "./ports/port-book.ts";
import { startNames } from "./readiness/names.ts";
import { createStreams, type Streams } from "./streams/pod-streams.ts";
import { startNodeExpansion } from "./volumes/expansion/node-expansion.ts";
import { createNodeVolumes } from "./volumes/node-volumes.ts";
import { describeVolumeHost } from "./volumes/volume-host.ts";
import { startVolumeUsage, type VolumeUsage } from "./volume-stats/volume-usage.ts";
import { startPodWorkers } from "./worker/pod-workers.ts";
import type { WorkerSettings } from "./worker/worker-context.ts";

export interface SupervisorOptions {
  readonly client: Client;
  readonly runtime: PodRuntime;
  readonly clock: Clock;
  readonly log: Logger;
  /** Holds `pods/<uid>/` and the file of localhost ports. */
  readonly dataDir: string;
  /** Folders of image profiles; what stands in a later one wins, and the last is the one users are pointed to. */
  readonly images: readonly string[];
  readonly clusterDomain: string;
  /** The address of the cluster's DNS, for resolv.conf. */
  readonly dnsAddress: string;
  /** What pods see as their host's address. Defaults to 127.0.0.1. */
  readonly hostIP?: string;
  /** The one node. Defaults to `wellKnown.nodeName`. */
  readonly nodeName?: string;
  /** Ordinal's own version, for the Node object. Defaults to 0.1.0. */
  readonly version?: string;
  /** Restarts of containers that end. Defaults to 10 s, doubled up to 300 s, as upstream. */
  readonly crashBackoff?: BackoffOptions;
  /** Looks for an image's profile. Defaults to 10 s, doubled up to 300 s, as upstream's pulls. */
  readonly imageBackoff?: BackoffOptions;
  /** How long readiness and deletion wait for DNS at most. Defaults to 2 000 ms. */
  readonly namesBoundMs?: number;
  /** From one look at emptyDirs with a sizeLimit to the next. Defaults to 10 000 ms, as the kubelet's. */
  readonly emptyDirLookMs?: number;
}

export interface StopHow {
  /** Leave every pod running, for the next supervisor to adopt. */
  readonly keepPods: boolean;
  /** Without `keepPods`: how long pods get to end, where their own grace is longer. Defaults to 10 000 ms. */
  readonly graceMs?: number;
}

/** The node: what runs pods. */
export interface Supervisor extends Stoppable {
  readonly streams: Streams;
  readonly volumeUsage: VolumeUsage;
  /** Ends the supervisor, and the pods' processes with it unless they are kept. Objects and volumes stay. */
  stop(how?: StopHow): Promise<void>;
}

const tenSecondsToFiveMinutes: BackoffOptions = { baseMs: 10_000, capMs: 300_000 };

/** Adopts what earlier supervisors left running, registers the node, and runs the pods bound to it. */
export async function startSupervisor(options: SupervisorOptions): Promise<Supervisor> {
  const { client, runtime, clock, log, dataDir, nodeName = wellKnown.nodeName } = options;
  const parts = createStopStack({ clock, log }); // stops in reverse order; also if a later line throws
  return await parts.guard(async () => {
    const events = createEventRecorder({ client, clock, log, component: "kubelet" });
    const names = parts.add(startNames({ client, clock, log }), "names");
    const catalogue = parts.add(
      startCatalogue({ directories: options.images, log, onChange: () => pods?.retryImages() }),
      "catalogue",
    );
    const settings = await readSettings(options);
    let pods: Awaited<ReturnType<typeof startPodWorkers>> | undefined;
    const volumeHost = await describeVolumeHost({ runtime: runtime.kind, dataDir, clock, log });
    const nodeVolumes = parts.add(createNodeVolumes(volumeHost), "volumes");
    const emptyDirLookMs = options.emptyDirLookMs ?? 10_000;
    const common = { client, runtime, clock, log, events, names, catalogue, settings };
    pods = await startPodWorkers({ ...common, volumeHost, nodeVolumes, emptyDirLookMs, nodeName });
    const machine = await readMachine(dataDir);
    const facts = {
      name: nodeName,
      address: settings.hostIP,
      machine,
      runtime: runtime.kind,
      version: options.version ?? "0.1.0",
    };
    parts.add(startNode({ client, clock, log, facts }), "node");
    const book = await openPortBook({ file: join(dataDir, "localhost-ports.json"), log });
    parts.add(startPortAnnotator({ client, clock, log, pods: pods.pods, book }), "localhost ports");
    const workers = pods;
    parts.add(
      startNodeExpansion({ client, clock, log, events, pods: pods.pods, persistentVolumes: nodeVolumes, nodeName }),
      "growing of file systems",
    );
    const volumeUsage = parts.add(
      startVolumeUsage({ client, clock, log, events, pods: pods.pods, nodeName, dataDir }),
      "usage of volumes",
    );
    return {
      volumeUsage,
      streams: createStreams({ runtime, find: workers.find }),
      async stop({ keepPods, graceMs = 10_000 } = { keepPods: true }) {
        await (keepPods ? workers.release() : workers.shutDown(graceMs));
        await parts.stop();
      },
    };
  });
}

async function readSettings(options: SupervisorOptions): Promise<WorkerSettings> {
  const dataDir = await realpath(options.dataDir);
  return {
    podDirectory: (podUid) => join(dataDir, "pods", podUid),
    clusterDomain: options.clusterDomain,
    dnsAddress: options.dnsAddress,
    hostResolvConf: await readHostResolvConf(),
    hostIP: options.hostIP ?? "127.0.0.1",
    capacity: { cpus: availableParallelism(), memoryBytes: totalmem() },
    nodeProgram: process.execPath,
    crashBackoff: options.crashBackoff ?? tenSecondsToFiveMinutes,
    imageBackoff: options.imageBackoff ?? tenSecondsToFiveMinutes,
    namesBoundMs: options.namesBoundMs ?? 2_000,
  };
}

async function readHostResolvConf(): Promise<string> {
  try {
    return await readFile("/etc/resolv.conf", "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return "";
    throw error;
  }
}
