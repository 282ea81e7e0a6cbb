import type { PersistentVolume, PersistentVolumeClaim } from "@ordinal/api";
import { expect } from "chai";
import { claimOf, toldInformer, volumeOf } from "./volumes.fixture.ts";
import { createVolumeIndex } from "./volume-index.ts";

const sized = (name: string, storage: string) => volumeOf(name, { spec: { capacity: { storage } } });

function matchVolume(claim: PersistentVolumeClaim, volumes: readonly PersistentVolume[]): PersistentVolume | undefined {
  const index = createVolumeIndex(toldInformer(volumes).informer);
  return index.reservedFor(claim) ?? index.find(claim, { prefer: "fewestModes" });
}

const shared = ["ReadWriteOnce", "ReadWriteMany"];

describe("the volume a claim should have", () => {
  const cases: readonly (readonly [what: string, ...args: Parameters<typeof matchVolume>, name: string | undefined])[] =
    [
      [
        "S6 takes a volume of exactly the size asked for, however the sizes are written",
        claimOf({ spec: { resources: { requests: { storage: "1024Mi" } } } }),
        [sized("two", "2Gi"), sized("one", "1073741824"), sized("decimal", "1G")],
        "one",
      ],
      [
        "S5 S6 prefers a volume with no more access modes than needed, even a larger one",
        claimOf(),
        [volumeOf("shared", { spec: { accessModes: shared } }), sized("ten", "10Gi")],
        "ten",
      ],
      [
        "S7 follows expressions in the claim's selector",
        claimOf({
          spec: {
            selector: {
              matchExpressions: [
                { key: "disk", operator: "In", values: ["ssd", "nvme"] },
                { key: "broken", operator: "DoesNotExist" },
              ],
            },
          },
        }),
        [
          volumeOf("a", { metadata: { labels: { disk: "hdd" } } }),
          volumeOf("b", { metadata: { labels: { disk: "ssd", broken: "yes" } } }),
          volumeOf("c", { metadata: { labels: { disk: "nvme" } } }),
        ],
        "c",
      ],
      [
        "S8 takes the volume that is reserved for it whatever its class and labels",
        claimOf({ spec: { selector: { matchLabels: { disk: "ssd" } } } }),
        [
          volumeOf("mine", {
            spec: { storageClassName: "other", claimRef: { namespace: "default", name: "data" } },
          }),
        ],
        "mine",
      ],
      [
        "S8 does not take a reserved volume that is too small",
        claimOf(),
        [
          volumeOf("mine", {
            spec: { capacity: { storage: "1Mi" }, claimRef: { namespace: "default", name: "data" } },
          }),
        ],
        undefined,
      ],
      [
        "ignores volumeAttributesClassName",
        claimOf({ spec: { volumeAttributesClassName: "gold" } }),
        [volumeOf("plain")],
        "plain",
      ],
      [
        "S6 takes the smallest volume that is large enough",
        claimOf(),
        [sized("ten", "10Gi"), sized("two", "2Gi"), sized("half", "512Mi")],
        "two",
      ],
      ["takes the first by name among equals", claimOf(), [sized("b", "1Gi"), sized("a", "1Gi")], "a"],
      ["S3 keeps to the class", claimOf(), [volumeOf("other", { spec: { storageClassName: "fast" } })], undefined],
      [
        'S3 gives a claim of class "" only volumes without a class',
        claimOf({ spec: { storageClassName: "" } }),
        [volumeOf("classed"), volumeOf("plain", { spec: { storageClassName: "" } })],
        "plain",
      ],
      [
        "S5 needs every access mode the claim asks for",
        claimOf({ spec: { accessModes: ["ReadWriteOnce", "ReadOnlyMany"] } }),
        [volumeOf("once"), volumeOf("both", { spec: { accessModes: ["ReadOnlyMany", "ReadWriteOnce"] } })],
        "both",
      ],
      ["S9 needs the same volume mode", claimOf({ spec: { volumeMode: "Block" } }), [volumeOf("files")], undefined],
      [
        "S7 follows the claim's selector",
        claimOf({ spec: { selector: { matchLabels: { disk: "ssd" } } } }),
        [volumeOf("a"), volumeOf("b", { metadata: { labels: { disk: "ssd" } } })],
        "b",
      ],
      [
        "leaves volumes alone that are not Available",
        claimOf(),
        [volumeOf("released", { status: { phase: "Released" } }), volumeOf("new", { status: {} })],
        undefined,
      ],
      [
        "leaves volumes alone that are reserved for another claim",
        claimOf(),
        [volumeOf("theirs", { spec: { claimRef: { namespace: "default", name: "other" } } })],
        undefined,
      ],
      [
        "S8 prefers the volume that is reserved for it, however large",
        claimOf(),
        [
          volumeOf("small"),
          volumeOf("mine", {
            spec: { capacity: { storage: "9Gi" }, claimRef: { namespace: "default", name: "data" } },
          }),
        ],
        "mine",
      ],
      [
        "S8 is not a later claim of the same name",
        claimOf(),
        [volumeOf("old", { spec: { claimRef: { namespace: "default", name: "data", uid: "another" } } })],
        undefined,
      ],
      [
        "leaves volumes alone that are being deleted",
        claimOf(),
        [volumeOf("going", { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } })],
        undefined,
      ],
    ];
  for (const [what, claim, volumes, name] of cases) {
    it(what, () => expect(matchVolume(claim, volumes)?.metadata.name).to.equal(name));
  }
});

describe("the index of volumes", () => {
  const reference = { namespace: "default", name: "data", uid: "uid-data" };
  const taken = (name: string, version: string) =>
    volumeOf(name, { metadata: { resourceVersion: version }, spec: { claimRef: reference } });
  const find = (index: ReturnType<typeof createVolumeIndex>) =>
    index.find(claimOf(), { prefer: "fewestModes" })?.metadata.name;

  it("gives nobody a volume that is being written for somebody, until the write has failed", () => {
    const index = createVolumeIndex(toldInformer([volumeOf("a")]).informer);
    index.assume(taken("a", "1"));
    expect(find(index)).to.equal(undefined);
    expect(index.reservedFor(claimOf())?.metadata.name).to.equal("a");
    index.forget("a");
    expect(find(index)).to.equal("a");
    expect(index.reservedFor(claimOf())).to.equal(undefined);
  });

  it("knows what was written here, however late the informer is, and believes the informer once it is ahead", () => {
    const { informer, tell } = toldInformer([volumeOf("a")]);
    const index = createVolumeIndex(informer);
    index.assume(taken("a", "1"));
    index.written(taken("a", "5"));
    tell(volumeOf("a", { metadata: { resourceVersion: "3", labels: { late: "yes" } } }));
    expect(find(index)).to.equal(undefined);
    tell(volumeOf("a", { metadata: { resourceVersion: "7" } }));
    expect(find(index)).to.equal("a");
  });

  it("goes back to what was written before when a later write fails", () => {
    const index = createVolumeIndex(toldInformer([volumeOf("a")]).informer);
    index.written(taken("a", "5"));
    index.assume(volumeOf("a", { metadata: { resourceVersion: "5" } }));
    expect(find(index)).to.equal("a");
    index.forget("a");
    expect(find(index)).to.equal(undefined);
  });

  it("keeps nothing of a volume that went while it was being written", () => {
    const { informer, tellGone } = toldInformer([volumeOf("a")]);
    const index = createVolumeIndex(informer);
    index.assume(taken("a", "1"));
    tellGone("a");
    index.written(taken("a", "2"));
    expect([index.get("a"), index.reservedFor(claimOf())]).to.deep.equal([undefined, undefined]);
  });

  it("S6 looks at one volume for one more claim, be there ten or ten thousand bound and free ones", () => {
    const looks = [10, 10_000].map((count) => {
      const looked = new Set<string>();
      const watched = (name: string, parts: Parameters<typeof volumeOf>[1]) => {
        const volume = volumeOf(name, parts);
        return new Proxy(volume, {
          get(target, property) {
            looked.add(name);
            return Reflect.get(target, property) as unknown;
          },
        });
      };
      const numbers = Array.from({ length: count }, (_, number) => number);
      const index = createVolumeIndex(
        toldInformer([
          ...numbers.map((number) => {
            const claimRef = { namespace: "default", name: `c-${number}`, uid: `u-${number}` };
            return watched(`bound-${number}`, { spec: { claimRef }, status: { phase: "Bound" } });
          }),
          ...numbers.map((number) => watched(`free-${number}`, { spec: { capacity: { storage: `${number + 1}Mi` } } })),
          ...numbers.map((number) => watched(`other-${number}`, { spec: { storageClassName: "other" } })),
          watched("right", { spec: { capacity: { storage: "100Gi" } } }),
        ]).informer,
      );
      looked.clear();
      const asked = claimOf({ spec: { resources: { requests: { storage: "99Gi" } } } });
      expect(index.reservedFor(asked)).to.equal(undefined);
      expect(index.find(asked, { prefer: "fewestModes" })?.metadata.name).to.equal("right");
      looked.delete("right");
      return looked.size;
    });
    expect(looks).to.deep.equal([0, 0]);
  });
});
