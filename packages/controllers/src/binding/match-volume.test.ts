import { expect } from "chai";
import { matchVolume } from "./match-volume.ts";
import { claimOf, volumeOf } from "./volumes.fixture.ts";

const sized = (name: string, storage: string) => volumeOf(name, { spec: { capacity: { storage } } });

describe("matchVolume", () => {
  const cases: readonly (readonly [what: string, ...args: Parameters<typeof matchVolume>, name: string | undefined])[] =
    [
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
