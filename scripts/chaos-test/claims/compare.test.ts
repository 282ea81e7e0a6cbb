import type { PersistentVolume, PersistentVolumeClaim } from "@ordinal/api";
import { expect } from "chai";
import { compare } from "./compare.ts";
import type { ChaosEvent, Happening } from "./events.ts";
import { readLedger } from "./ledger.ts";
import type { World } from "./world.ts";

const path = "/volumes/pvc-1_default_a";
const metadata = { name: "a", namespace: "default", uid: "1", resourceVersion: "1", creationTimestamp: "" };

const claim: PersistentVolumeClaim = {
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata,
  spec: { volumeName: "pvc-1", resources: { requests: { storage: "8Mi" } } },
  status: { phase: "Bound", capacity: { storage: "8Mi" } },
};

const volume: PersistentVolume = {
  apiVersion: "v1",
  kind: "PersistentVolume",
  metadata: { ...metadata, name: "pvc-1", annotations: { "pv.kubernetes.io/provisioned-by": "rancher.io/local-path" } },
  spec: {
    capacity: { storage: "8Mi" },
    claimRef: { name: "a", namespace: "default", uid: "1" },
    hostPath: { path },
    persistentVolumeReclaimPolicy: "Delete",
  },
  status: { phase: "Bound" },
};

const bound: World = {
  claims: [claim],
  volumes: [volume],
  snapshots: [],
  contents: [],
  pods: [],
  volumesDir: "/volumes",
  directories: [path],
  held: { [path]: { whole: ["m1"], torn: [] } },
  knowsImages: true,
  trash: [],
  snapshotDirs: [],
  leftovers: [],
  openIntents: [],
  mounts: [],
  loopFiles: [],
};

const inTrash: World = {
  ...bound,
  claims: [],
  volumes: [],
  directories: [],
  held: { "/volumes/.trash/a-1": { whole: ["m1"], torn: [] } },
  trash: [{ entry: "a-1", claim: "a", isHere: true }],
};

const life: readonly Happening[] = [
  { is: "creating", id: "a", className: "chaos-now" },
  { is: "bound", id: "a", path },
  { is: "marker", id: "a", name: "m1" },
  { is: "deleting", id: "a" },
  { is: "gone", id: "a" },
];
const events: readonly ChaosEvent[] = life.map((happening, atMs) => ({ ...happening, atMs }));
const upTo = (count: number): readonly ChaosEvent[] => events.slice(0, count);

describe("what chaos finds wrong", () => {
  const cases: readonly (readonly [
    title: string,
    said: readonly ChaosEvent[],
    world: World,
    fault: RegExp | undefined,
  ])[] = [
    ["nothing in a claim with its bytes", upTo(3), bound, undefined],
    ["a file without its bytes", upTo(3), { ...bound, held: { [path]: { whole: [], torn: ["m1"] } } }, /lost m1/],
    ["a claim that nobody deleted and is gone", upTo(3), inTrash, /^claim a was bound, and is gone/],
    ["a volume without its directory", upTo(3), { ...bound, directories: [], held: {} }, /has no directory/],
    ["a directory of nobody", upTo(3), { ...bound, directories: [path, "/volumes/x"] }, /x belongs to nobody/],
    ["a draft", upTo(3), { ...bound, leftovers: [".snapshots/.draft-x"] }, /is a leftover/],
    ["a mount that no pod needs", upTo(3), { ...bound, mounts: ["/mounts/pvc-9"] }, /is still mounted/],
    ["nothing in a deletion that may have happened", upTo(4), inTrash, undefined],
    ["nothing in a deletion that may not have happened", upTo(4), bound, undefined],
    ["nothing in bytes in the trash", events, inTrash, undefined],
    ["a claim that was gone and is there again", events, bound, /was gone, and is there again/],
    ["bytes that are not in the trash", events, { ...inTrash, trash: [], held: {} }, /lost m1; it is nowhere/],
    [
      "a record without a directory",
      events,
      { ...inTrash, trash: [{ entry: "a-1", claim: "a", isHere: false }] },
      /no directory/,
    ],
  ];
  for (const [title, said, world, fault] of cases) {
    it(`is ${title}`, () => {
      const faults = compare(readLedger(said), world);
      if (fault === undefined) expect(faults).to.deep.equal([]);
      else expect(faults.join("\n")).to.match(fault);
    });
  }

  it("holds a power cut only to what was said before it, and allows what was asked for meanwhile", () => {
    const times = { sinceMs: 2, untilMs: 3 };
    const without = { ...bound, held: { [path]: { whole: [], torn: ["m1"] } } };
    expect(compare(readLedger(events, times), without)).to.deep.equal([]);
    expect(compare(readLedger(events, times), inTrash)).to.deep.equal([]);
    expect(compare(readLedger(events, { sinceMs: 2, untilMs: 2 }), inTrash).join()).to.match(/nobody deleted it/);
  });
});
