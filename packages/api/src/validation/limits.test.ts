import { expect } from "chai";
import { kindOf } from "../kinds.ts";
import { withDefaults } from "../defaults/with-defaults.ts";
import { changeRefusals, refusals } from "./sentences.fixture.ts";

type Case = readonly (readonly [title: string, spec: object, refusals: readonly string[]])[];

describe("validation of resource quotas", () => {
  const cases: Case = [
    [
      "nothing in what can be limited",
      {
        hard: {
          "requests.storage": "10Gi",
          persistentvolumeclaims: "5",
          "fast.storageclass.storage.k8s.io/requests.storage": "1Gi",
          "count/statefulsets.apps": "2",
          "requests.example.com/device": "1",
          "hugepages-2Mi": "4Mi",
        },
      },
      [],
    ],
    [
      "an unknown resource",
      { hard: { disk: "1" } },
      [
        'spec.hard[disk]: Invalid value: "disk": must be a standard resource type or fully qualified',
        'spec.hard[disk]: Invalid value: "disk": must be a standard resource for quota',
      ],
    ],
    [
      "a resource that only claims have",
      { hard: { storage: "1Gi" } },
      ['spec.hard[storage]: Invalid value: "storage": must be a standard resource for quota'],
    ],
    [
      "less than nothing",
      { hard: { "requests.storage": "-1" } },
      ['spec.hard[requests.storage]: Invalid value: "-1": must be greater than or equal to 0'],
    ],
    [
      "half a claim",
      { hard: { persistentvolumeclaims: "1500m" } },
      ['spec.hard[persistentvolumeclaims]: Invalid value: "1500m": must be an integer'],
    ],
    [
      "a scope that nobody knows",
      { scopes: ["Weekend"], hard: {} },
      ['spec.scopes: Invalid value: []string{"Weekend"}: unsupported scope'],
    ],
    [
      "a scope of pods for storage",
      { scopes: ["NotTerminating"], hard: { "requests.storage": "1" } },
      ['spec.scopes: Invalid value: []string{"NotTerminating"}: unsupported scope applied to resource'],
    ],
    [
      "scopes that exclude each other",
      { scopes: ["BestEffort", "NotBestEffort"], hard: { pods: "1" } },
      ['spec.scopes: Invalid value: []string{"BestEffort", "NotBestEffort"}: conflicting scopes'],
    ],
    [
      "a selector without values",
      { scopeSelector: { matchExpressions: [{ scopeName: "PriorityClass", operator: "In" }] } },
      [
        "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
      ],
    ],
  ];
  for (const [title, spec, expected] of cases) {
    it(`S39 finds ${title}`, () => expect(refusals("resourcequotas", { spec })).to.deep.equal(expected));
  }

  it("S39 may be raised and lowered, but not get other scopes", () => {
    const before = { spec: { hard: { pods: "1" } } };
    expect(changeRefusals("resourcequotas", { next: { spec: { hard: { pods: "0" } } }, before })).to.deep.equal([]);
    const next = { spec: { hard: { pods: "1" }, scopes: ["BestEffort"] } };
    expect(changeRefusals("resourcequotas", { next, before })).to.deep.equal([
      'spec.scopes: Invalid value: []string{"BestEffort"}: field is immutable',
    ]);
  });
});

describe("validation of limit ranges", () => {
  const claim = { type: "PersistentVolumeClaim" };
  const cases: Case = [
    ["nothing in limits for claims", { limits: [{ ...claim, min: { storage: "1Gi" }, max: { storage: "2Gi" } }] }, []],
    [
      "a type that nobody knows",
      { limits: [{ type: "Volume", min: { storage: "1" } }] },
      ['spec.limits[0].type: Invalid value: "Volume": must be a standard limit type or fully qualified'],
    ],
    [
      "a type that is there twice",
      { limits: [claim, claim].map((each) => ({ ...each, max: { storage: "1" } })) },
      ['spec.limits[1].type: Duplicate value: "PersistentVolumeClaim"'],
    ],
    [
      "limits for claims that limit nothing",
      { limits: [claim] },
      [
        "spec.limits[0].limits: Required value: either minimum or maximum storage value is required, but neither was provided",
      ],
    ],
    [
      "a minimum above the maximum",
      { limits: [{ ...claim, min: { storage: "2Gi" }, max: { storage: "1Gi" } }] },
      ['spec.limits[0].min[storage]: Invalid value: "2Gi": min value 2Gi is greater than max value 1Gi'],
    ],
    [
      "defaults for whole pods",
      { limits: [{ type: "Pod", default: { cpu: "1" } }] },
      ["spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'"],
    ],
    [
      "storage of containers",
      { limits: [{ type: "Container", max: { storage: "1" }, default: {}, defaultRequest: {} }] },
      ["max", "default", "defaultRequest"].map(
        (list) =>
          `spec.limits[0].${list}[storage]: Invalid value: "storage": must be a standard resource for containers`,
      ),
    ],
    [
      "a ratio below one",
      { limits: [{ type: "Container", maxLimitRequestRatio: { cpu: "500m" } }] },
      ['spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "500m": ratio 500m is less than 1'],
    ],
    [
      "a ratio that the borders exclude",
      { limits: [{ type: "Pod", min: { cpu: "1" }, max: { cpu: "2" }, maxLimitRequestRatio: { cpu: "3" } }] },
      ['spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "3": ratio 3 is greater than max/min = 2.000000'],
    ],
  ];
  for (const [title, spec, expected] of cases) {
    it(`S40 finds ${title}`, () =>
      expect(refusals("limitranges", { spec }).toSorted()).to.deep.equal(expected.toSorted()));
  }

  it("S40 takes the limit of a container from its maximum, and its request from that", () => {
    const limits = [{ type: "Container", min: { memory: "1Mi" }, max: { cpu: "2" }, defaultRequest: { cpu: "1" } }];
    const range = { spec: { limits } };
    expect(withDefaults(kindOf("limitranges"), range).spec.limits[0]).to.deep.equal({
      ...limits[0],
      default: { cpu: "2" },
      defaultRequest: { cpu: "1", memory: "1Mi" },
    });
  });
});
