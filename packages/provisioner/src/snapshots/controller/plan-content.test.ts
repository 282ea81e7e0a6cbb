import type { VolumeSnapshotContent } from "@ordinal/api";
import { expect } from "chai";
import { planContent } from "./plan-content.ts";

const finalizer = "snapshot.storage.kubernetes.io/volumesnapshotcontent-bound-protection";
const deleted = { deletionTimestamp: "2026-01-01T00:00:00Z" };
const marked = { annotations: { "snapshot.storage.kubernetes.io/volumesnapshot-being-deleted": "yes" } };
const kept = { finalizers: [finalizer] };

interface Changes {
  readonly metadata?: object;
  readonly spec?: object;
  readonly status?: object;
}

function content({ metadata = kept, spec = {}, status }: Changes = {}): VolumeSnapshotContent {
  return {
    metadata: { name: "c", ...metadata },
    spec: {
      deletionPolicy: "Delete",
      driver: "rancher.io/local-path",
      source: { volumeHandle: "v" },
      volumeSnapshotRef: { name: "s", namespace: "default", uid: "u" },
      ...spec,
    },
    ...(status === undefined ? {} : { status }),
  } as VolumeSnapshotContent;
}

const ready = { readyToUse: true, snapshotHandle: "/h" };
const unbound = { source: { snapshotHandle: "/h" }, volumeSnapshotRef: { name: "s", namespace: "default" } };

describe("planContent", () => {
  const cases: readonly (readonly [what: string, content: VolumeSnapshotContent, step: object])[] = [
    ["S38 protects a bound one first", content({ metadata: {} }), { do: "setFinalizers", finalizers: [finalizer] }],
    ["S38 makes what is not there", content(), { do: "take", volumeHandle: "v" }],
    ["S38 goes on after an error", content({ status: { readyToUse: false } }), { do: "take", volumeHandle: "v" }],
    ["S38 leaves what is ready", content({ status: ready }), { do: "nothing" }],
    [
      "S38 looks for what is said to be there, bound or not",
      content({ spec: unbound }),
      { do: "check", snapshotHandle: "/h" },
    ],
    [
      "S38 makes nothing for a snapshot that is being deleted",
      content({ metadata: { ...kept, ...marked } }),
      { do: "nothing" },
    ],
    [
      "S38 keeps the bytes while the snapshot stays",
      content({ metadata: { ...kept, ...deleted }, status: ready }),
      { do: "nothing" },
    ],
    [
      "S38 removes the bytes before the object, also those of an attempt",
      content({ metadata: { ...kept, ...deleted, ...marked } }),
      { do: "removeBytes" },
    ],
    [
      "S38 lets the object go when the bytes are gone",
      content({ metadata: { ...kept, ...deleted, ...marked }, status: {} }),
      { do: "setFinalizers", finalizers: [] },
    ],
    [
      "S38 keeps the bytes under Retain",
      content({ metadata: { ...kept, ...deleted, ...marked }, status: ready, spec: { deletionPolicy: "Retain" } }),
      { do: "setFinalizers", finalizers: [] },
    ],
  ];
  for (const [what, object, step] of cases)
    it(what, () => expect(planContent(object, { isOurs: true })).to.deep.equal(step));

  it("S38 touches no bytes of other drivers", () => {
    for (const object of [content(), content({ metadata: { ...kept, ...deleted, ...marked }, status: ready })])
      expect(planContent(object, { isOurs: false })).to.deep.equal({ do: "nothing" });
  });
});
