import { expect } from "chai";
import { changeRefusals, refusals } from "./sentences.fixture.ts";

const main = { name: "main", image: "nginx:1" };
const pod = (spec: object = {}, container: object = {}) => ({
  spec: { containers: [{ ...main, ...container }], ...spec },
});
const at = "spec.containers[0]";

const wrong: readonly (readonly [title: string, object: object, refusals: readonly string[]])[] = [
  ["nothing in a plain pod", pod(), []],
  ["no container", { spec: {} }, ["spec.containers: Required value"]],
  [
    "no name and no image",
    { spec: { containers: [{}] } },
    [`${at}.name: Required value`, `${at}.image: Required value`],
  ],
  [
    "spaces around the image",
    pod({}, { image: " nginx" }),
    [`${at}.image: Invalid value: " nginx": must not have leading or trailing whitespace`],
  ],
  [
    "two containers of one name",
    { spec: { containers: [main, main] } },
    ['spec.containers[1].name: Duplicate value: "main"'],
  ],
  [
    "an init container of the same name",
    pod({ initContainers: [main] }),
    ['spec.initContainers[0].name: Duplicate value: "main"'],
  ],
  [
    "a probe on an init container",
    pod({ initContainers: [{ name: "i", image: "i", readinessProbe: { exec: { command: ["true"] } } }] }),
    [
      "spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always",
    ],
  ],
  [
    "no fault in a sidecar",
    pod({
      initContainers: [
        { name: "i", image: "i", restartPolicy: "Always", readinessProbe: { exec: { command: ["true"] } } },
      ],
    }),
    [],
  ],
  [
    "a port out of range",
    pod({}, { ports: [{ containerPort: 70_000 }] }),
    [`${at}.ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive`],
  ],
  ["no port", pod({}, { ports: [{}] }), [`${at}.ports[0].containerPort: Required value`]],
  [
    "a port's name twice",
    pod(
      {},
      {
        ports: [
          { containerPort: 1, name: "web" },
          { containerPort: 2, name: "web" },
        ],
      },
    ),
    [`${at}.ports[1].name: Duplicate value: "web"`],
  ],
  [
    "a port's name that is a number",
    pod({}, { ports: [{ containerPort: 1, name: "80" }] }),
    [`${at}.ports[0].name: Invalid value: "80": must contain at least one letter (a-z)`],
  ],
  [
    "an unknown protocol",
    pod({}, { ports: [{ containerPort: 1, protocol: "tcp" }] }),
    [`${at}.ports[0].protocol: Unsupported value: "tcp": supported values: "SCTP", "TCP", "UDP"`],
  ],
  [
    "a host port twice",
    pod(
      {},
      {
        ports: [
          { containerPort: 1, hostPort: 80 },
          { containerPort: 2, hostPort: 80 },
        ],
      },
    ),
    [`${at}.ports[1].hostPort: Duplicate value: "TCP//80"`],
  ],
  ["an environment variable without a name", pod({}, { env: [{ value: "x" }] }), [`${at}.env[0].name: Required value`]],
  [
    "an environment variable with =",
    pod({}, { env: [{ name: "A=B" }] }),
    [
      `${at}.env[0].name: Invalid value: "A=B": a valid environment variable name must consist only of printable ASCII characters other than '='`,
    ],
  ],
  [
    "a value from two places",
    pod({}, { env: [{ name: "A", value: "x", valueFrom: { configMapKeyRef: { name: "c", key: "k" } } }] }),
    [`${at}.env[0].valueFrom: Invalid value: "": may not be specified when \`value\` is not empty`],
  ],
  [
    "no fault in the pod's index",
    pod(
      {},
      {
        env: [{ name: "I", valueFrom: { fieldRef: { fieldPath: "metadata.labels['apps.kubernetes.io/pod-index']" } } }],
      },
    ),
    [],
  ],
  [
    "a field of the pod that is not there",
    pod({}, { env: [{ name: "A", valueFrom: { fieldRef: { fieldPath: "metadata.nmae" } } }] }),
    [
      `${at}.env[0].valueFrom.fieldRef.fieldPath: Invalid value: "metadata.nmae": error converting fieldPath: field label not supported: metadata.nmae`,
    ],
  ],
  [
    "an environment from nowhere",
    pod({}, { envFrom: [{ prefix: "A_" }] }),
    [`${at}.envFrom: Invalid value: "": must specify one of: \`configMapRef\` or \`secretRef\``],
  ],
  [
    "a mount of no volume",
    pod({}, { volumeMounts: [{ name: "data", mountPath: "/x" }] }),
    [`${at}.volumeMounts[0].name: Not found: "data"`],
  ],
  [
    "two mounts at one path",
    pod(
      { volumes: [{ name: "a" }, { name: "b" }] },
      {
        volumeMounts: [
          { name: "a", mountPath: "/x" },
          { name: "b", mountPath: "/x" },
        ],
      },
    ),
    [`${at}.volumeMounts[1].mountPath: Invalid value: "/x": must be unique`],
  ],
  [
    "a sub path that leads out",
    pod({ volumes: [{ name: "a" }] }, { volumeMounts: [{ name: "a", mountPath: "/x", subPath: "../y" }] }),
    [`${at}.volumeMounts.subPath: Invalid value: "../y": must not contain '..'`],
  ],
  [
    "two volumes of one name",
    pod({ volumes: [{ name: "a" }, { name: "a" }] }),
    ['spec.volumes[1].name: Duplicate value: "a"'],
  ],
  [
    "a volume of two kinds",
    pod({ volumes: [{ name: "a", emptyDir: {}, hostPath: { path: "/x" } }] }),
    ["spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type"],
  ],
  [
    "a claim without a name",
    pod({ volumes: [{ name: "a", persistentVolumeClaim: {} }] }),
    ["spec.volumes[0].persistentVolumeClaim.claimName: Required value"],
  ],
  [
    "a path on the host that leads out",
    pod({ volumes: [{ name: "a", hostPath: { path: "/x/../y" } }] }),
    [`spec.volumes[0].hostPath.path: Invalid value: "/x/../y": must not contain '..'`],
  ],
  [
    "a mode that is none",
    pod({ volumes: [{ name: "a", configMap: { name: "c", defaultMode: 1000 } }] }),
    [
      "spec.volumes[0].configMap.defaultMode: Invalid value: 1000: must be a number between 0 and 0777 (octal), both inclusive",
    ],
  ],
  [
    "a probe that does nothing",
    pod({}, { livenessProbe: {} }),
    [`${at}.livenessProbe: Required value: must specify a handler type`],
  ],
  [
    "a probe that does two things",
    pod({}, { livenessProbe: { exec: { command: ["true"] }, tcpSocket: { port: 1 } } }),
    [`${at}.livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type`],
  ],
  [
    "a liveness probe that must succeed twice",
    pod({}, { livenessProbe: { tcpSocket: { port: 1 }, successThreshold: 2 } }),
    [`${at}.livenessProbe.successThreshold: Invalid value: 2: must be 1`],
  ],
  [
    "a probe that goes back in time",
    pod({}, { readinessProbe: { tcpSocket: { port: "web" }, initialDelaySeconds: -1 } }),
    [`${at}.readinessProbe.initialDelaySeconds: Invalid value: -1: must be greater than or equal to 0`],
  ],
  [
    "a sleep longer than the grace",
    pod({}, { lifecycle: { preStop: { sleep: { seconds: 31 } } } }),
    [
      `${at}.lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and less than terminationGracePeriodSeconds (30)`,
    ],
  ],
  [
    "more asked for than allowed",
    pod({}, { resources: { limits: { cpu: "1" }, requests: { cpu: "2" } } }),
    [`${at}.resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1`],
  ],
  [
    "an unknown policy",
    pod({ restartPolicy: "Sometimes" }),
    ['spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "Never", "OnFailure"'],
  ],
  ["a host name with dots", pod({ hostname: "a.b" }), ['spec.hostname: Invalid value: "a.b": must not contain dots']],
  [
    "no name server for dnsPolicy None",
    pod({ dnsPolicy: "None" }),
    ["spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None"],
  ],
  [
    "an alias that is no address",
    pod({ hostAliases: [{ ip: "nowhere", hostnames: ["a"] }] }),
    ['spec.hostAliases[0].ip: Invalid value: "nowhere": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
  ],
  [
    "a user below zero",
    pod({ securityContext: { runAsUser: -1 } }),
    ["spec.securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive"],
  ],
  [
    "a toleration of nothing in particular",
    pod({ tolerations: [{ effect: "NoSchedule" }] }),
    [
      'spec.tolerations[0].operator: Invalid value: "": operator must be Exists when `key` is empty, which means "match all values and all keys"',
    ],
  ],
];

describe("validation of pods", () => {
  for (const [title, object, expected] of wrong) {
    it(`A17 finds ${title}`, () => expect(refusals("pods", object)).to.deep.equal(expected));
  }

  const changes: readonly (readonly [title: string, next: object, refusal: string | undefined])[] = [
    ["the image", pod({}, { image: "nginx:2" }), undefined],
    ["one more toleration", pod({ tolerations: [{ operator: "Exists" }] }), undefined],
    ["a label", { ...pod(), metadata: { labels: { a: "b" } } }, undefined],
    ["a deadline", pod({ activeDeadlineSeconds: 60 }), undefined],
    [
      "the number of containers",
      { spec: { containers: [main, { name: "b", image: "b:1" }] } },
      "spec.containers: Forbidden: pod updates may not add or remove containers",
    ],
    ["the command", pod({}, { command: ["sh"] }), '+ containers[0].command: ["sh"]'],
    ["the node", pod({ nodeName: "other" }), '+ nodeName: "other"'],
  ];
  for (const [title, next, refusal] of changes) {
    it(`A17 ${title} ${refusal === undefined ? "may" : "may not"} change`, () => {
      const found = changeRefusals("pods", { next, before: pod() });
      if (refusal === undefined) expect(found).to.deep.equal([]);
      else expect(found.join("\n")).to.include(refusal);
    });
  }

  it("A17 says which fields may change", () => {
    const [found] = changeRefusals("pods", { next: pod({ hostname: "h" }), before: pod() });
    expect(found).to.match(
      /^spec: Forbidden: pod updates may not change fields other than `spec\.containers\[\*\]\.image`,/,
    );
  });

  it("A17 a toleration may not be taken away, a deadline not be put off", () => {
    const before = pod({ tolerations: [{ key: "a", operator: "Exists" }], activeDeadlineSeconds: 60 });
    expect(changeRefusals("pods", { next: pod({ activeDeadlineSeconds: 90 }), before })).to.deep.equal([
      "spec.activeDeadlineSeconds: Invalid value: 90: must be less than or equal to previous value",
      "spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds",
    ]);
  });
});
