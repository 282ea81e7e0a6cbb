import { expect } from "chai";
import { changeRefusals, refusals } from "./sentences.fixture.ts";

const claim = (spec: object = {}, status: object = {}) => ({
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, ...spec },
  status,
});
const volume = (spec: object = {}) => ({
  spec: { accessModes: ["ReadWriteOnce"], capacity: { storage: "10Gi" }, hostPath: { path: "/mnt/data" }, ...spec },
});
const size = (storage: string) => ({ resources: { requests: { storage } } });
const modes = '"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"';

const change = (next: object, before: object) => changeRefusals("persistentvolumeclaims", { next, before });

describe("validation of claims", () => {
  const wrong: readonly (readonly [title: string, object: object, refusals: readonly string[]])[] = [
    ["nothing in a plain claim", claim(), []],
    [
      "no access mode",
      claim({ accessModes: [] }),
      ["spec.accessModes: Required value: at least 1 access mode is required"],
    ],
    [
      "an unknown access mode",
      claim({ accessModes: ["RWO"] }),
      [`spec.accessModes: Unsupported value: "RWO": supported values: ${modes}`],
    ],
    [
      "a mode beside ReadWriteOncePod",
      claim({ accessModes: ["ReadWriteOncePod", "ReadWriteOnce"] }),
      ["spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes"],
    ],
    ["no size", claim({ resources: {} }), ["spec.resources[storage]: Required value"]],
    ["a size of nothing", claim(size("0")), ['spec.resources[storage]: Invalid value: "0": must be greater than zero']],
    [
      "a negative size",
      claim(size("-1Gi")),
      ['spec.resources[storage]: Invalid value: "-1Gi": must be greater than zero'],
    ],
    [
      "an unknown volume mode",
      claim({ volumeMode: "Tape" }),
      ['spec.volumeMode: Unsupported value: "Tape": supported values: "Block", "Filesystem"'],
    ],
  ];
  for (const [title, object, expected] of wrong) {
    it(`S5 finds ${title}`, () => expect(refusals("persistentvolumeclaims", object)).to.deep.equal(expected));
  }

  const bound = { phase: "Bound", capacity: { storage: "1Gi" } };
  const immutable =
    /^spec: Forbidden: spec is immutable after creation except resources\.requests and volumeAttributesClassName for bound claims\n/;
  it("S41 binding sets the volume once, and the class where there was none", () => {
    expect(change(claim({ volumeName: "pv" }), claim())).to.deep.equal([]);
    expect(change(claim({ storageClassName: "fast" }), claim())).to.deep.equal([]);
    expect(change(claim({ volumeName: "other" }), claim({ volumeName: "pv" })).join()).to.match(immutable);
    expect(change(claim({ storageClassName: "slow" }), claim({ storageClassName: "fast" })).join()).to.match(immutable);
  });

  it("S41 says what would have changed", () => {
    expect(change(claim({ accessModes: ["ReadWriteMany"] }), claim()).join()).to.match(
      /\n- accessModes\[0\]: "ReadWriteOnce"\n\+ accessModes\[0\]: "ReadWriteMany"$/,
    );
  });

  it("S26 a bound claim may ask for more, and not for less than it has", () => {
    expect(change(claim(size("2Gi"), bound), claim({}, bound))).to.deep.equal([]);
    expect(change(claim(size("500Mi"), bound), claim({}, bound))).to.deep.equal([
      "spec.resources.requests.storage: Forbidden: field can not be less than status.capacity",
    ]);
    expect(change(claim(size("1500Mi"), bound), claim(size("2Gi"), bound))).to.deep.equal([]);
  });

  it("S26 a claim that is not bound cannot ask for another size", () => {
    expect(change(claim(size("2Gi")), claim()).join()).to.match(immutable);
  });
});

describe("validation of volumes", () => {
  const wrong: readonly (readonly [title: string, object: object, refusals: readonly string[]])[] = [
    ["nothing in a path on the host", volume(), []],
    [
      "no capacity",
      volume({ capacity: {} }),
      [
        "spec.capacity: Required value",
        'spec.capacity: Unsupported value: map[string]string{}: supported values: "storage"',
      ],
    ],
    ["no source", volume({ hostPath: undefined }), ["spec: Required value: must specify a volume type"]],
    [
      "two sources",
      volume({ nfs: { server: "s", path: "/x" } }),
      ["spec.nfs: Forbidden: may not specify more than 1 volume type"],
    ],
    ["no access mode", volume({ accessModes: [] }), ["spec.accessModes: Required value"]],
    [
      "a local volume anywhere",
      volume({ hostPath: undefined, local: { path: "/x" } }),
      ["spec.nodeAffinity: Required value: Local volume requires node affinity"],
    ],
    [
      "recycling the root",
      volume({ hostPath: { path: "/" }, persistentVolumeReclaimPolicy: "Recycle" }),
      ["spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'"],
    ],
  ];
  for (const [title, object, expected] of wrong) {
    it(`S2 finds ${title}`, () => expect(refusals("persistentvolumes", object)).to.deep.equal(expected));
  }

  it("S16 the reclaim policy and the claim may change, the source may not", () => {
    const next = volume({ persistentVolumeReclaimPolicy: "Delete", claimRef: { name: "c", namespace: "default" } });
    expect(changeRefusals("persistentvolumes", { next, before: volume() })).to.deep.equal([]);
    const moved = volume({ hostPath: { path: "/elsewhere" } });
    expect(changeRefusals("persistentvolumes", { next: moved, before: volume() })).to.deep.equal([
      'spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation\n- hostPath.path: "/mnt/data"\n+ hostPath.path: "/elsewhere"',
    ]);
  });
});

describe("validation of storage classes", () => {
  const fast = { provisioner: "rancher.io/local-path", parameters: { a: "b" } };

  it("S50 needs a provisioner, and knows two binding modes", () => {
    expect(refusals("storageclasses", fast)).to.deep.equal([]);
    expect(refusals("storageclasses", { volumeBindingMode: "Later" })).to.deep.equal([
      "provisioner: Required value",
      'volumeBindingMode: Unsupported value: "Later": supported values: "Immediate", "WaitForFirstConsumer"',
    ]);
  });

  it("S50 is fixed but for growing", () => {
    const changeOf = (next: object) => changeRefusals("storageclasses", { next, before: fast });
    expect(changeOf({ ...fast, allowVolumeExpansion: true })).to.deep.equal([]);
    expect(changeOf({ ...fast, parameters: {} })).to.deep.equal([
      "parameters: Forbidden: updates to parameters are forbidden.",
    ]);
    expect(changeOf({ ...fast, provisioner: "other" })).to.deep.equal([
      "provisioner: Forbidden: updates to provisioner are forbidden.",
    ]);
    expect(changeOf({ ...fast, reclaimPolicy: "Retain" })).to.deep.equal([
      "reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden.",
    ]);
    expect(changeOf({ ...fast, volumeBindingMode: "WaitForFirstConsumer" })).to.deep.equal([
      'volumeBindingMode: Invalid value: "WaitForFirstConsumer": field is immutable',
    ]);
  });
});
