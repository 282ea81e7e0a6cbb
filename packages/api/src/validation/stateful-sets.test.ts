import { expect } from "chai";
import { kindOf } from "../kinds.ts";
import { invalid } from "./field-errors.ts";
import { accepted, changeRefusals, refusals } from "./sentences.fixture.ts";
import { validateCreate } from "./validate.ts";

interface Change {
  readonly spec?: object;
  readonly pod?: object;
  readonly container?: object;
  readonly labels?: object;
}

function set({ spec = {}, pod = {}, container = {}, labels = { app: "nginx" } }: Change = {}): object {
  const mount = { name: "www", mountPath: "/usr/share/nginx/html" };
  const containers = [{ name: "nginx", image: "nginx:1.9.1", volumeMounts: [mount], ...container }];
  const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
  return {
    metadata: { name: "web" },
    spec: {
      serviceName: "nginx",
      selector: { matchLabels: { app: "nginx" } },
      template: { metadata: { labels }, spec: { containers, ...pod } },
      volumeClaimTemplates: [{ metadata: { name: "www" }, spec: claim }],
      ...spec,
    },
  };
}

const c21 =
  "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

const wrong: readonly (readonly [title: string, change: Change, refusals: readonly string[]])[] = [
  ["nothing", {}, []],
  [
    "negative replicas",
    { spec: { replicas: -1 } },
    ["spec.replicas: Invalid value: -1: must be greater than or equal to 0"],
  ],
  ["no selector", { spec: { selector: undefined } }, ["spec.selector: Required value"]],
  [
    "an empty selector",
    { spec: { selector: {} } },
    ["spec.selector: Invalid value: map[string]string{}: empty selector is invalid for statefulset"],
  ],
  [
    "a selector that does not match",
    { labels: { app: "other" } },
    [
      'spec.template.metadata.labels: Invalid value: map[string]string{"app":"other"}: `selector` does not match template `labels`',
    ],
  ],
  [
    "a selector nobody can read",
    { spec: { selector: { matchExpressions: [{ key: "a", operator: "Like" }] } } },
    ['spec.selector.matchExpressions[0].operator: Invalid value: "Like": not a valid selector operator'],
  ],
  [
    "a pod that is not restarted",
    { pod: { restartPolicy: "Never" } },
    ['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
  ],
  [
    "a deadline",
    { pod: { activeDeadlineSeconds: 5 } },
    ["spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in StatefulSet is not Supported"],
  ],
  [
    "an unknown policy",
    { spec: { podManagementPolicy: "Random" } },
    [`spec.podManagementPolicy: Invalid value: "Random": must be 'OrderedReady' or 'Parallel'`],
  ],
  [
    "an unknown strategy",
    { spec: { updateStrategy: { type: "Blue" } } },
    [`spec.updateStrategy: Invalid value: map[string]string{"type":"Blue"}: must be 'RollingUpdate' or 'OnDelete'`],
  ],
  [
    "a rolling OnDelete",
    { spec: { updateStrategy: { type: "OnDelete", rollingUpdate: { partition: 1 } } } },
    [
      `spec.updateStrategy.rollingUpdate: Invalid value: {"partition":1}: only allowed for updateStrategy 'RollingUpdate'`,
    ],
  ],
  [
    "an unknown retention",
    { spec: { persistentVolumeClaimRetentionPolicy: { whenScaled: "Keep" } } },
    [
      'spec.persistentVolumeClaimRetentionPolicy.whenScaled: Unsupported value: "Keep": supported values: "Delete", "Retain"',
    ],
  ],
  ["no containers", { pod: { containers: [] } }, ["spec.template.spec.containers: Required value"]],
  [
    "a mount of no volume",
    { container: { volumeMounts: [{ name: "data", mountPath: "/x" }] } },
    ['spec.template.spec.containers[0].volumeMounts[0].name: Not found: "data"'],
  ],
  [
    "two claims of one name",
    {
      spec: {
        volumeClaimTemplates: [1, 2].map(() => ({
          metadata: { name: "www" },
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1" } } },
        })),
      },
    },
    ['spec.volumeClaimTemplates[1].metadata.name: Duplicate value: "www"'],
  ],
  [
    "a claim without a size",
    { spec: { volumeClaimTemplates: [{ metadata: { name: "www" }, spec: { accessModes: ["ReadWriteOnce"] } }] } },
    ["spec.volumeClaimTemplates[0].spec.resources[storage]: Required value"],
  ],
  [
    "a negative start",
    { spec: { ordinals: { start: -1 } } },
    ["spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0"],
  ],
];

const forbidden: Readonly<Record<string, Change>> = {
  serviceName: { spec: { serviceName: "other" } },
  podManagementPolicy: { spec: { podManagementPolicy: "Parallel" } },
  volumeClaimTemplates: {
    spec: {
      volumeClaimTemplates: [
        {
          metadata: { name: "www" },
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "2Gi" } } },
        },
      ],
    },
  },
};

const allowed: Readonly<Record<string, Change>> = {
  replicas: { spec: { replicas: 5 } },
  ordinals: { spec: { ordinals: { start: 2 } } },
  template: { container: { image: "nginx:1.25" } },
  updateStrategy: { spec: { updateStrategy: { type: "OnDelete" } } },
  revisionHistoryLimit: { spec: { revisionHistoryLimit: 2 } },
  persistentVolumeClaimRetentionPolicy: { spec: { persistentVolumeClaimRetentionPolicy: { whenScaled: "Delete" } } },
  minReadySeconds: { spec: { minReadySeconds: 5 } },
};

describe("validation of stateful sets", () => {
  for (const [title, change, expected] of wrong) {
    it(`C35 finds ${title}`, () => expect(refusals("statefulsets", set(change))).to.deep.equal(expected));
  }

  it("C35 composes upstream's sentence", () => {
    const kind = kindOf("statefulsets");
    const causes = validateCreate(kind, accepted("statefulsets", set({ spec: { replicas: -1 } })));
    const error = invalid(kind, "web", causes);
    expect(error.message).to.equal(
      'StatefulSet.apps "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    );
    expect([error.code, error.details]).to.deep.equal([
      422,
      { name: "web", group: "apps", kind: "StatefulSet", causes },
    ]);
    const two = validateCreate(kind, accepted("statefulsets", set({ spec: { replicas: -1, minReadySeconds: -2 } })));
    expect(invalid(kind, "web", two).message).to.match(
      / is invalid: \[spec\.replicas: .+, spec\.minReadySeconds: .+\]$/,
    );
  });

  for (const [name, change] of Object.entries(forbidden)) {
    it(`C21 C34 ${name} cannot change`, () => {
      expect(changeRefusals("statefulsets", { next: set(change), before: set() })).to.deep.equal([c21]);
    });
  }

  it("C34 the selector cannot change, together with the labels either", () => {
    const next = set({ spec: { selector: { matchLabels: { app: "b" } } }, labels: { app: "b" } });
    expect(changeRefusals("statefulsets", { next, before: set() })).to.deep.equal([c21]);
  });

  for (const [name, change] of Object.entries(allowed)) {
    it(`C34 ${name} can change`, () => {
      expect(changeRefusals("statefulsets", { next: set(change), before: set() })).to.deep.equal([]);
    });
  }

  it("a template that was accepted once does not stand in the way of scaling", () => {
    const broken = { container: { volumeMounts: [{ name: "gone", mountPath: "/x" }] } };
    const next = set({ ...broken, spec: { replicas: 0 } });
    expect(changeRefusals("statefulsets", { next, before: set(broken) })).to.deep.equal([]);
  });
});
