import { Random } from "../../../packages/dns/src/fuzz/random.fixture.ts";
import type { ClassName, Happening, Policy, Source } from "./events.ts";
import { markerName, markerScript, plantLink, writeMarker } from "./markers.ts";
import { claimOf, kindOfClass, namespace, podOf, snapshotOf } from "./objects.ts";
import { pathOf } from "./paths.ts";
import type { Pooled, Pools } from "./pools.ts";
import type { SteadyClient } from "./steady-client.ts";
import { entryOf } from "./trash-entry.ts";

export interface LifeOptions {
  readonly client: SteadyClient;
  readonly pools: Pools;
  readonly slot: number;
  readonly seed: number;
  /** Where the volumes lie. */
  readonly volumesDir: string;
  /** A directory outside, which links in the volumes lead to. */
  readonly foreignDir: string;
  /** Which classes it makes claims of. */
  readonly classNames: readonly ClassName[];
  readonly say: (happening: Happening) => void;
  /** Counts what was done. */
  readonly count: (operation: string) => void;
  /** Gives a deleted claim's volume back with `ordinal volumes restore`; how it ended is seen in the API. */
  readonly restore: (entry: string, id: string) => Promise<void>;
  readonly signal: AbortSignal;
}

/** One claim of the life, with what the steps after it need. */
interface Living {
  readonly id: string;
  readonly className: ClassName;
  readonly path: string;
  readonly volume: string;
  mebibytes: number;
  markers: number;
}

/** What a bound claim goes through, one after the other, as the dice fall. */
const deeds = ["mark", "mark", "mark", "grow", "snapshot", "drop", "policy", "pod"] as const;
const bindsWithinMs = 10_000;

/** Makes one claim after the other, lets it go through this and that, and deletes it or leaves it, until it is to end. */
export async function live(options: LifeOptions): Promise<void> {
  const { client, pools, slot, seed, signal, say, count } = options;
  const random = new Random(seed * 1_009 + slot);
  for (let number = 1; !signal.aborted; number += 1) {
    const living = await beBorn(`claim-${slot}-${number}`);
    if (living === undefined) continue;
    for (let left = random.below(6); left > 0 && !signal.aborted; left -= 1) await act(living);
    if (!signal.aborted && !random.onceIn(8)) await die(living);
  }

  async function beBorn(id: string): Promise<Living | undefined> {
    const drawn = random.pick(options.classNames);
    const kind = kindOfClass(drawn);
    const chosen = chooseSource(kind);
    const source = chosen?.source;
    // The command gives it back under the class it had.
    const isByCommand = source?.from === "trash" && random.onceIn(3);
    const className = isByCommand ? (chosen?.className ?? drawn) : drawn;
    // A copy has to be as large as what it is made of, which may grow until then.
    const mebibytes = chosen === undefined ? 8 + random.below(8) : chosen.mebibytes + 16;
    say({ is: "creating", id, className, source });
    count(
      source === undefined
        ? "made"
        : { trash: "restored", snapshot: "made of a snapshot", claim: "cloned" }[source.from],
    );
    const entry = source?.from === "trash" ? await entryOf(options.volumesDir, source.id) : undefined;
    if (source?.from === "trash" && entry === undefined) throw new Error(`${source.id} is not in the trash`);
    if (entry !== undefined && isByCommand) await options.restore(entry, id);
    await client.create("persistentvolumeclaims", claimOf({ id, className, mebibytes, source, entry }));
    // Only for a pod does this class provide.
    if (className === "chaos-wait" || random.onceIn(4)) await client.create("pods", podOf(`pod-${id}`, { claim: id }));
    const path = await untilBound(id);
    if (path === undefined) {
      // What it was to be made of has gone meanwhile.
      await remove(id, undefined);
      return undefined;
    }
    say({ is: "bound", id, path: path.at });
    if (className !== "chaos-fleeting") pools.bound.add({ kind, className, name: id, mebibytes });
    return { id, className, path: path.at, volume: path.volume, mebibytes, markers: 0 };
  }

  function chooseSource(kind: string): (Pooled & { readonly source: Source }) | undefined {
    switch (random.below(6)) {
      case 0: {
        const found = pools.trashed.take(kind, random);
        return found && { ...found, source: { from: "trash", id: found.name } };
      }
      case 1: {
        const found = pools.snapshots.pick(kind, random);
        return found && { ...found, source: { from: "snapshot", name: found.name } };
      }
      case 2: {
        const found = pools.bound.pick(kind, random);
        return found && { ...found, source: { from: "claim", id: found.name } };
      }
      default:
        return undefined;
    }
  }

  async function untilBound(id: string): Promise<{ readonly at: string; readonly volume: string } | undefined> {
    return await client.until(async () => {
      const claim = await client.get("persistentvolumeclaims", { namespace, name: id });
      if (claim?.status?.phase !== "Bound") return undefined;
      const volume = await client.get("persistentvolumes", { name: claim.spec.volumeName ?? "" });
      if (volume === undefined) throw new Error(`claim ${id} is bound to ${claim.spec.volumeName}, which is not there`);
      return { at: pathOf(volume), volume: volume.metadata.name };
    }, bindsWithinMs);
  }

  async function act(living: Living): Promise<void> {
    const deed = random.pick(deeds);
    switch (deed) {
      case "mark":
        await mark(living);
        break;
      case "grow":
        await grow(living);
        break;
      case "snapshot":
        await snapshot(living);
        break;
      case "drop":
        await drop(kindOfClass(living.className));
        break;
      case "policy":
        await setPolicy(living, random.pick(["Delete", "Retain"]));
        break;
      case "pod":
        count("pod begun or ended");
        if (!(await endPod(living.id))) await client.create("pods", podOf(`pod-${living.id}`, { claim: living.id }));
        break;
      default:
        deed satisfies never;
    }
  }

  async function mark(living: Living): Promise<void> {
    const name = markerName(living.id, (living.markers += 1));
    if (kindOfClass(living.className) === "directory") {
      await plantLink(living.path, options.foreignDir);
      await writeMarker(living.path, name);
    } else if (!(await markInPod(living.id, name))) return;
    say({ is: "marker", id: living.id, name });
    count("marker written");
  }

  /** What is in an image is reached through a pod only. */
  async function markInPod(id: string, name: string): Promise<boolean> {
    const pod = `writer-${name}`;
    await client.create("pods", podOf(pod, { claim: id, script: markerScript(name) }));
    const ended = await client.until(async () => {
      const { phase } = (await client.get("pods", { namespace, name: pod }))?.status ?? {};
      return phase === "Succeeded" || phase === "Failed" ? phase : undefined;
    });
    await client.delete("pods", { namespace, name: pod });
    return ended === "Succeeded";
  }

  async function grow(living: Living): Promise<void> {
    const mebibytes = living.mebibytes + 1 + random.below(4);
    const body = { spec: { resources: { requests: { storage: `${mebibytes}Mi` } } } };
    const isDone = await client.patch(
      "persistentvolumeclaims",
      { namespace, name: living.id },
      { type: "merge", body },
    );
    if (!isDone) throw new Error(`claim ${living.id} may not grow`);
    living.mebibytes = mebibytes;
    say({ is: "grown", id: living.id, mebibytes });
    count("grown");
  }

  async function snapshot({ id, className, markers, mebibytes }: Living): Promise<void> {
    const name = `snapshot-${id}-${markers}-${random.below(1_000_000)}`;
    say({ is: "snapshotting", name, of: id });
    count("snapshot made");
    await client.create("volumesnapshots", snapshotOf(name, id));
    const ready = await client.until(async () => {
      const found = await client.get("volumesnapshots", { namespace, name });
      return found?.status?.readyToUse === true ? true : undefined;
    });
    if (ready === undefined) {
      const { status } = (await client.get("volumesnapshots", { namespace, name })) ?? {};
      throw new Error(`snapshot ${name} does not become ready: ${status?.error?.message ?? "and says nothing"}`);
    }
    say({ is: "ready", name });
    pools.snapshots.add({ kind: kindOfClass(className), className, name, mebibytes });
  }

  async function drop(kind: string): Promise<void> {
    const taken = pools.snapshots.take(kind, random);
    if (taken === undefined) return;
    const { name } = taken;
    say({ is: "dropping", name });
    count("snapshot deleted");
    await client.delete("volumesnapshots", { namespace, name });
    const isGone = await client.until(async () =>
      (await client.get("volumesnapshots", { namespace, name })) === undefined ? true : undefined,
    );
    if (isGone === undefined) throw new Error(`snapshot ${name} does not go`);
    say({ is: "dropped", name });
  }

  async function setPolicy({ id, volume }: Living, policy: Policy): Promise<void> {
    say({ is: "setting", id, policy });
    count("policy changed");
    const body = { spec: { persistentVolumeReclaimPolicy: policy } };
    if (await client.patch("persistentvolumes", { name: volume }, { type: "merge", body }))
      say({ is: "set", id, policy });
  }

  async function die(living: Living): Promise<void> {
    const { id, className, volume, mebibytes } = living;
    pools.bound.remove(id);
    const policy = (await client.get("persistentvolumes", { name: volume }))?.spec.persistentVolumeReclaimPolicy;
    await remove(id, volume);
    if (policy === "Retain") await afterRetain(living);
    else if (className !== "chaos-fleeting")
      pools.trashed.add({ kind: kindOfClass(className), className, name: id, mebibytes });
  }

  /** What people do with a volume that was kept: leave it, let it go after all, or take its object away. */
  async function afterRetain(living: Living): Promise<void> {
    const { id, className, volume, mebibytes } = living;
    if (random.onceIn(3)) return;
    if (random.onceIn(2)) {
      await setPolicy(living, "Delete");
      await untilVolumeGone(volume);
      if (className !== "chaos-fleeting")
        pools.trashed.add({ kind: kindOfClass(className), className, name: id, mebibytes });
      return;
    }
    say({ is: "releasing", id });
    count("kept volume's object deleted");
    await client.delete("persistentvolumes", { name: volume });
    await untilVolumeGone(volume);
    say({ is: "released", id });
  }

  async function remove(id: string, volume: string | undefined): Promise<void> {
    say({ is: "deleting", id });
    count("claim deleted");
    await endPod(id);
    await client.delete("persistentvolumeclaims", { namespace, name: id });
    const isGone = await client.until(async () =>
      (await client.get("persistentvolumeclaims", { namespace, name: id })) === undefined ? true : undefined,
    );
    if (isGone === undefined) throw new Error(`claim ${id} does not go`);
    say({ is: "gone", id });
    if (volume === undefined) return;
    const found = await client.get("persistentvolumes", { name: volume });
    if (found?.spec.persistentVolumeReclaimPolicy === "Delete") await untilVolumeGone(volume);
  }

  async function untilVolumeGone(name: string): Promise<void> {
    const isGone = await client.until(async () =>
      (await client.get("persistentvolumes", { name })) === undefined ? true : undefined,
    );
    if (isGone === undefined) throw new Error(`volume ${name} does not go`);
  }

  /** False when there was none. */
  async function endPod(id: string): Promise<boolean> {
    const at = { namespace, name: `pod-${id}` };
    if ((await client.get("pods", at)) === undefined) return false;
    await client.delete("pods", at);
    return true;
  }
}
