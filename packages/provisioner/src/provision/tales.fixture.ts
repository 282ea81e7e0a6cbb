import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { PersistentVolume, PersistentVolumeClaim } from "@ordinal/api";
import { expect } from "chai";
import type { Disk } from "../disk/disk.ts";
import { syncDirectory, writeDurably } from "../disk/durable.ts";
import type { ClaimChanges, ProvisionerRig } from "../provisioner-rig.fixture.ts";

/** What a person does, and what has become of it. */
export interface Story {
  readonly claims: Map<string, PersistentVolumeClaim>;
  /** What is in each volume, by its claim's uid. */
  readonly data: Map<string, string>;
  /** The directories whose objects were deleted under Retain. */
  readonly retained: Set<string>;
  /** What was in the volumes of claims that were deleted under Delete, by the claim's key. */
  readonly dropped: Map<string, string>;
}

export type Deed = (world: World, story: Story) => Promise<void>;

export interface World {
  readonly rig: ProvisionerRig;
  /** The disk as pods use it. */
  readonly disk: Disk;
  /** Resolves when it holds, or when the process has ended. */
  readonly reached: (check: () => Promise<boolean>) => Promise<void>;
}

export const pathOf = (volume: PersistentVolume) => volume.spec.hostPath?.path ?? "";
export const nameOf = (claim: PersistentVolumeClaim) => `pvc-${claim.metadata.uid}`;

export async function volumesOf({ client }: ProvisionerRig): Promise<readonly PersistentVolume[]> {
  return (await client.list("persistentvolumes")).items;
}

async function hasVolume(rig: ProvisionerRig, claim: PersistentVolumeClaim): Promise<boolean> {
  return (await volumesOf(rig)).some(({ metadata }) => metadata.name === nameOf(claim));
}

const ask =
  (key: string, changes: ClaimChanges & { readonly name?: string }): Deed =>
  async ({ rig, reached }, { claims }) => {
    const claim = await rig.claim(changes.name ?? key, changes);
    claims.set(key, claim);
    await reached(async () => await hasVolume(rig, claim));
  };

/** Binds the volume, and has its pod write something, as safely as a database does. */
const use =
  (key: string): Deed =>
  async ({ rig, disk }, { claims, data }) => {
    const claim = claims.get(key);
    if (claim === undefined) return;
    const volume = await rig.bind(claim);
    const text = `${key} ${claim.metadata.uid}`;
    await writeDurably(disk, join(pathOf(volume), "data"), text);
    await syncDirectory(disk, pathOf(volume));
    data.set(claim.metadata.uid, text);
  };

const drop =
  (key: string): Deed =>
  async ({ rig, reached }, { claims, data, dropped }) => {
    const claim = claims.get(key);
    if (claim === undefined) return;
    claims.delete(key);
    const isKept = (await volumesOf(rig)).some(
      ({ metadata, spec }) => metadata.name === nameOf(claim) && spec.persistentVolumeReclaimPolicy === "Retain",
    );
    await rig.deleteClaim(claim);
    const text = data.get(claim.metadata.uid);
    if (text !== undefined && !isKept) dropped.set(key, text);
    if (!isKept) await reached(async () => !(await hasVolume(rig, claim)));
  };

const keepForEver =
  (key: string): Deed =>
  async (world, story) => {
    const { rig, reached } = world;
    const { claims, retained } = story;
    const claim = claims.get(key);
    if (claim === undefined) return;
    const name = nameOf(claim);
    const body = { spec: { persistentVolumeReclaimPolicy: "Retain" } };
    const volume = await rig.client.patch("persistentvolumes", { name }, { type: "merge", body });
    retained.add(pathOf(volume));
    await drop(key)(world, story);
    await rig.client.delete("persistentvolumes", { name });
    await reached(async () => !(await hasVolume(rig, claim)));
  };

/** Asks for the bytes of a claim that has been dropped, if there were any, and finds them. */
const restore =
  (key: string, from: string): Deed =>
  async (world, story) => {
    const text = story.dropped.get(from);
    if (text === undefined) return;
    const annotations = { "ordinal.internal/restore-from": "latest" };
    await ask(key, { className: "local-path", name: from, annotations })(world, story);
    const claim = story.claims.get(key);
    if (claim === undefined) return;
    const volume = await world.rig.volumeOf(claim);
    expect(await readFile(join(pathOf(volume), "data"), "utf8")).to.equal(text);
  };

export type Tale = (round: number) => readonly Deed[];

/** What volumes live through. */
export const tales: Readonly<Record<string, Tale>> = {
  "a volume that is made, used and deleted": (round) => [
    ask(`plain-${round}`, { className: "local-path" }),
    use(`plain-${round}`),
    drop(`plain-${round}`),
  ],
  "a volume that is deleted and comes back": (round) => [
    ask(`plain-${round}`, { className: "local-path" }),
    use(`plain-${round}`),
    drop(`plain-${round}`),
    restore(`back-${round}`, `plain-${round}`),
  ],
  "a volume at the place of a pattern": (round) => [
    ask(`pattern-${round}`, { className: "pattern" }),
    use(`pattern-${round}`),
    drop(`pattern-${round}`),
  ],
  "a volume that is kept for ever": (round) => [
    ask(`kept-${round}`, { className: "local-path" }),
    use(`kept-${round}`),
    keepForEver(`kept-${round}`),
  ],
};

/** Numbers that look random and come alike for a seed. Source: mulberry32. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
