import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { isPodReady } from "@ordinal/api";
import { startInformer } from "@ordinal/client";
import { silentLogger, systemClock } from "@ordinal/runtime";
import { run } from "../../rig/run.ts";
import { percentile } from "../figures.ts";
import { showTable } from "../table.ts";
import { until } from "../web-set.ts";
import type { IoFigures } from "./io-probe-main.ts";
import type { StorageContext } from "./storage-inside.ts";
import type { VolumeWorld } from "./volume-world.ts";

/** A directory by where it is used: how to run a program that has it at the last argument. */
interface Place {
  readonly name: string;
  readonly command: readonly string[];
  readonly directory: string;
}

const namespace = "default";
const readyWithinMs = 60_000;
const mountPath = "/bench-data";

/** I/O of programs in pods beside the same program in a directory of the host, in turns. */
export async function benchIo(context: StorageContext, world: VolumeWorld): Promise<void> {
  const { plan, progress, besideDir } = context;
  const bare = join(besideDir, "io");
  await mkdir(bare);
  const places: Place[] = [{ name: "bare directory of the host", command: [], directory: bare }];
  for (const storageClassName of ["local-path", "local-image"]) {
    progress(`io: a pod with a ${storageClassName} volume`);
    const command = await startPod(context, { world, storageClassName });
    if (command === undefined)
      console.log(`Not measured: no pod with a ${storageClassName} volume could be started here.`);
    else places.push({ name: `pod, ${storageClassName} volume`, command, directory: mountPath });
  }
  const figures = new Map<Place, IoFigures[]>(places.map((place) => [place, []]));
  for (let round = 0; round < plan.rounds; round++) {
    progress(`io: round ${round + 1} of ${plan.rounds}`);
    // Each begins in turn, so that nobody always comes after the same neighbour.
    for (let index = 0; index < places.length; index++) {
      const place = places[(index + round) % places.length];
      if (place !== undefined) figures.get(place)?.push(await probe(context, place));
    }
  }
  show(context, figures);
}

/** How to run a program in a new pod of this class, or undefined when it does not become ready. */
async function startPod(
  { kubectl }: StorageContext,
  { world, storageClassName }: { readonly world: VolumeWorld; readonly storageClassName: string },
): Promise<readonly string[] | undefined> {
  const { client } = world;
  const name = `io-${storageClassName}`;
  const claim = { storageClassName, accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
  await client.create("persistentvolumeclaims", { metadata: { name, namespace }, spec: claim });
  await client.create("pods", {
    metadata: { name, namespace },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [
        { name: "main", image: "host", command: ["sleep", "infinity"], volumeMounts: [{ name: "data", mountPath }] },
      ],
      volumes: [{ name: "data", persistentVolumeClaim: { claimName: name } }],
    },
  });
  const pods = startInformer("pods", { client, clock: systemClock, log: silentLogger });
  const late = Promise.withResolvers<boolean>();
  const cancel = systemClock.after(readyWithinMs, () => late.resolve(false));
  const isReady = (): boolean => pods.list().some((pod) => pod.metadata.name === name && isPodReady(pod));
  const isUp = await Promise.race([until(pods, isReady).then(() => true), late.promise]);
  cancel();
  await pods.stop();
  return isUp ? [kubectl, "exec", name, "--"] : undefined;
}

async function probe({ plan }: StorageContext, { command, directory }: Place): Promise<IoFigures> {
  const program = join(import.meta.dirname, "io-probe-main.ts");
  const sizes = [plan.sequentialMiB, plan.syncedWrites, plan.randomReads].map(String);
  const line = [...command, process.execPath, program, directory, ...sizes];
  const { code, stdout, stderr } = await run(line, { env: process.env });
  if (code !== 0) throw new Error(`${line.join(" ")} ended with ${code}\n${stderr}`);
  return JSON.parse(stdout) as IoFigures;
}

function show({ plan }: StorageContext, figures: ReadonlyMap<Place, readonly IoFigures[]>): void {
  const [bare = []] = figures.values();
  const columns: readonly (readonly [pick: (each: IoFigures) => number, digits: number])[] = [
    [(each) => each.sequentialMiBPerSecond, 0],
    [(each) => percentile(each.syncedWriteMicros, 0.5), 0],
    [(each) => percentile(each.syncedWriteMicros, 0.99), 0],
    [(each) => each.randomReadMicros, 2],
  ];
  const rows = [...figures].map(([{ name }, all]) => [
    name,
    ...columns.flatMap(([pick, digits]) => {
      const value = medianOf(all, pick);
      return [value.toFixed(digits), (value / medianOf(bare, pick)).toFixed(2)];
    }),
  ]);
  const header = ["", "write MiB/s", "ratio", "fsync p50 µs", "ratio", "fsync p99 µs", "ratio", "read µs", "ratio"];
  console.log(showTable(`I/O in a pod's volume (medians of ${plan.rounds} rounds)`, [header, ...rows]));
  console.log(`How: one program, run in turns in each place: ${plan.sequentialMiB} MiB written in sequence until fsync returns, ${plan.syncedWrites} writes of 4 KiB
each with fdatasync, ${plan.randomReads} reads of 4 KiB at random places of that file, which is in the page cache. Wanted: 1.0 for local-path.
`);
}

function medianOf(all: readonly IoFigures[], pick: (each: IoFigures) => number): number {
  return percentile(all.map(pick), 0.5);
}
