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
    ...["-1e30", "-100m", "-1"].map((storage): readonly [string, object, readonly string[]] => [
      `a size of ${storage}`,
      claim(size(storage)),
      [`spec.resources[storage]: Invalid value: ${JSON.stringify(storage)}: must be greater than zero`],
    ]),
    ...["1e30", "8Ei", "9223372036854775808", "10E"].map((storage): readonly [string, object, readonly string[]] => [
      `a size of ${storage}, which nobody has`,
      claim(size(storage)),
      [
        `spec.resources[storage]: Invalid value: ${JSON.stringify(storage)}: must be no more than 9223372036854775807 bytes`,
      ],
    ]),
    ["nothing in the largest size", claim(size("9223372036854775807")), []],
    ["nothing in a fraction of a byte, which counts as one", claim(size("100m")), []],
    [
      "a class that is no name",
      claim({ storageClassName: "../fast" }),
      [
        "spec.storageClassName: Invalid value: \"../fast\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      ],
    ],
    [
      "a selector that cannot be",
      claim({ selector: { matchExpressions: [{ key: "a", operator: "In" }], matchLabels: { "a/b/c": "d" } } }),
      [
        "spec.selector.matchLabels: Invalid value: \"a/b/c\": a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
        "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
      ],
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

  it("S41 nothing else of a bound claim changes, and every change is named", () => {
    const next = claim({ selector: { matchLabels: { a: "b" } }, volumeMode: "Block" }, bound);
    expect(change(next, claim({ volumeMode: "Filesystem" }, bound))).to.deep.equal([
      'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n+ selector: {"matchLabels":{"a":"b"}}\n- volumeMode: "Filesystem"\n+ volumeMode: "Block"',
      'volumeMode: Invalid value: "Block": field is immutable',
    ]);
  });

  it("S41 the class in the old annotation is fixed, but may move to its field", () => {
    const annotated = (value: string, spec: object = {}) => ({
      ...claim(spec),
      metadata: { annotations: { "volume.beta.kubernetes.io/storage-class": value } },
    });
    expect(change(annotated("slow"), annotated("fast"))).to.deep.equal([
      'metadata.annotations.volume.beta.kubernetes.io/storage-class: Invalid value: "slow": field is immutable',
    ]);
    expect(change(claim({ storageClassName: "fast" }), annotated("fast"))).to.deep.equal([]);
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

  const backstep = "must not contain '..'";
  const hostile: readonly (readonly [path: string, why: string])[] = [
    ["/mnt/../etc", backstep],
    ["..", backstep],
    ["/mnt/..", backstep],
    ["/mnt/a\0b", "must not contain NUL"],
  ];
  for (const [path, why] of hostile) {
    it(`S2 refuses ${JSON.stringify(path)} as the place of a volume`, () => {
      const required = { nodeSelectorTerms: [{}] };
      const local = volume({ hostPath: undefined, local: { path }, nodeAffinity: { required } });
      const said = JSON.stringify(path);
      expect(refusals("persistentvolumes", local)).to.deep.equal([`spec.local.path: Invalid value: ${said}: ${why}`]);
      const onHost = volume({ hostPath: { path } });
      expect(refusals("persistentvolumes", onHost)).to.deep.equal([
        `spec.hostPath.path: Invalid value: ${said}: ${why}`,
      ]);
    });
  }

  it("S29 checks what a volume says about nodes, and fixes it once it is said", () => {
    const onNodes = (...matchExpressions: readonly object[]) =>
      volume({ nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions }] } } });
    const host = (values: readonly string[]) => ({ key: "kubernetes.io/hostname", operator: "In", values });
    const at = "spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions";
    expect(refusals("persistentvolumes", onNodes(host(["a"])))).to.deep.equal([]);
    expect(refusals("persistentvolumes", onNodes(host([]), { key: "b", operator: "Is" }))).to.deep.equal([
      `${at}[0].values: Required value: must be specified when \`operator\` is 'In' or 'NotIn'`,
      `${at}[1].operator: Invalid value: "Is": not a valid selector operator`,
    ]);
    const before = onNodes(host(["a"]));
    expect(changeRefusals("persistentvolumes", { next: before, before: volume() })).to.deep.equal([]);
    expect(changeRefusals("persistentvolumes", { next: onNodes(host(["b"])), before }).join()).to.match(
      /^nodeAffinity: Invalid value: .*: field is immutable$/,
    );
  });

  it("S2 wants a driver and a handle of a volume behind a driver", () => {
    const csi = (source: object) => refusals("persistentvolumes", volume({ hostPath: undefined, csi: source }));
    expect(csi({ driver: "a.b", volumeHandle: "h" })).to.deep.equal([]);
    expect(csi({})).to.deep.equal(["spec.csi.driver: Required value", "spec.csi.volumeHandle: Required value"]);
    expect(csi({ driver: "a/../b", volumeHandle: "h" }).join()).to.match(/^spec.csi.driver: Invalid value: "a\/..\/b"/);
  });

  it("S2 refuses a volume of no size, and of more than there can be", () => {
    const sized = (storage: string) => refusals("persistentvolumes", volume({ capacity: { storage } }));
    expect(sized("0")).to.deep.equal(['spec.capacity[storage]: Invalid value: "0": must be greater than zero']);
    expect(sized("1e30")).to.deep.equal([
      'spec.capacity[storage]: Invalid value: "1e30": must be no more than 9223372036854775807 bytes',
    ]);
  });

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

  it("S50 mount options and topologies may change", () => {
    const next = {
      ...fast,
      mountOptions: ["noatime"],
      allowedTopologies: [{ matchLabelExpressions: [{ key: "zone", values: ["a"] }] }],
    };
    expect(changeRefusals("storageclasses", { next, before: fast })).to.deep.equal([]);
  });

  const topologies: readonly (readonly [what: string, terms: readonly object[], refusals: readonly string[]])[] = [
    [
      "without values",
      [{ matchLabelExpressions: [{ key: "zone", values: [] }] }],
      ["allowedTopologies.matchLabelExpressions[0].values: Required value"],
    ],
    [
      "with a value or a key said twice",
      [
        {
          matchLabelExpressions: [
            { key: "zone", values: ["a", "a"] },
            { key: "zone", values: ["b"] },
          ],
        },
      ],
      [
        'allowedTopologies.matchLabelExpressions[0].values[1]: Duplicate value: "a"',
        'allowedTopologies.matchLabelExpressions[1].key: Duplicate value: "zone"',
      ],
    ],
    [
      "that are there twice, in another order",
      [
        ["a", "b"],
        ["b", "a"],
      ].map((values) => ({ matchLabelExpressions: [{ key: "zone", values }] })),
      ['allowedTopologies[1].matchLabelExpressions: Duplicate value: ""'],
    ],
    [
      "whose key is no label",
      [{ matchLabelExpressions: [{ key: "-", values: ["a"] }] }],
      [
        "allowedTopologies.matchLabelExpressions[0].key: Invalid value: \"-\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      ],
    ],
  ];
  for (const [what, allowedTopologies, expected] of topologies) {
    it(`S50 refuses topologies ${what}`, () =>
      expect(refusals("storageclasses", { ...fast, allowedTopologies })).to.deep.equal(expected));
  }

  it("S50 has room for so many parameters, with names, and of so many bytes", () => {
    const many = Object.fromEntries(Array.from({ length: 513 }, (_, index) => [`p${index}`, "v"]));
    const parametersOf = (parameters: object) => refusals("storageclasses", { ...fast, parameters });
    expect(parametersOf(many)).to.deep.equal(["parameters: Too long: may not be more than 512 bytes"]);
    expect(parametersOf({ "": "v" })).to.deep.equal(['parameters: Invalid value: "": field can not be empty.']);
    expect(parametersOf({ a: "v".repeat(262_144) })).to.deep.equal([
      "parameters: Too long: may not be more than 262144 bytes",
    ]);
  });
});

describe("names and paths in storage", () => {
  const names = ["..", "a/b", "a\0b", "a\nb", "a\n", "a".repeat(254), "", "A", "-a"];
  const kinds = [
    ["persistentvolumeclaims", claim()],
    ["persistentvolumes", volume()],
    ["storageclasses", { provisioner: "a.b/c" }],
    ["resourcequotas", { spec: {} }],
    ["limitranges", { spec: {} }],
  ] as const;
  for (const [resource, object] of kinds) {
    it(`S41 ${resource} cannot have a name that is none`, () => {
      const accepted = names.filter((name) => refusals(resource, { ...object, metadata: { name } }).length === 0);
      expect(accepted).to.deep.equal([]);
    });
  }

  it("S34 a mount may not lead out of its volume, wherever it says so", () => {
    const container = (mount: object) => ({
      name: "c",
      image: "i",
      volumeMounts: [{ name: "v", mountPath: "/m", ...mount }],
    });
    const mounts: readonly object[] = [
      { subPath: "../x" },
      { subPath: "a/../../x" },
      { subPath: "/x" },
      { subPath: "a\0" },
      { subPathExpr: "$(A)/.." },
      { subPathExpr: "/x" },
      { mountPath: "/m\0" },
      { mountPath: "" },
    ];
    const accepted = mounts.filter((mount) => {
      const spec = { volumes: [{ name: "v", emptyDir: {} }], containers: [container(mount)] };
      return refusals("pods", { spec }).length === 0;
    });
    expect(accepted).to.deep.equal([]);
  });
});
