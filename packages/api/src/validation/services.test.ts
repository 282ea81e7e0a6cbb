import { expect } from "chai";
import { changeRefusals, refusals } from "./sentences.fixture.ts";

const service = (spec: object = {}) => ({ spec: { ports: [{ port: 80 }], selector: { app: "web" }, ...spec } });
const unset = (spec: object) => service({ ports: undefined, ...spec });

const wrong: readonly (readonly [title: string, object: object, refusals: readonly string[]])[] = [
  ["nothing in a plain service", service(), []],
  ["nothing in a headless service without ports", unset({ clusterIP: "None" }), []],
  ["no ports", unset({}), ["spec.ports: Required value"]],
  [
    "two ports without names",
    service({ ports: [{ port: 80 }, { port: 81 }] }),
    ["spec.ports[0].name: Required value", "spec.ports[1].name: Required value"],
  ],
  [
    "a port twice",
    service({
      ports: [
        { name: "a", port: 80 },
        { name: "b", port: 80 },
      ],
    }),
    ['spec.ports[1]: Duplicate value: {"protocol":"TCP","port":80}'],
  ],
  [
    "nothing in one port for two protocols",
    service({
      ports: [
        { name: "a", port: 80 },
        { name: "b", port: 80, protocol: "UDP" },
      ],
    }),
    [],
  ],
  [
    "a port's name twice",
    service({
      ports: [
        { name: "a", port: 80 },
        { name: "a", port: 81 },
      ],
    }),
    ['spec.ports[1].name: Duplicate value: "a"'],
  ],
  [
    "a port out of range",
    service({ ports: [{ port: 0 }] }),
    [
      "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
      "spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive",
    ],
  ],
  [
    "an unknown type",
    service({ type: "Magic" }),
    [
      'spec.type: Unsupported value: "Magic": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
    ],
  ],
  [
    "a headless node port",
    service({ type: "NodePort", clusterIP: "None" }),
    [`spec.clusterIPs[0]: Invalid value: "None": may not be set to 'None' for NodePort services`],
  ],
  [
    "a node port on a cluster address",
    service({ ports: [{ port: 80, nodePort: 30_000 }] }),
    ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
  ],
  [
    "an external name that is none",
    unset({ type: "ExternalName", selector: {} }),
    ["spec.externalName: Required value"],
  ],
  ["nothing in an external name with a final dot", unset({ type: "ExternalName", externalName: "example.com." }), []],
  [
    "an address that is none",
    service({ clusterIP: "10.96.0" }),
    ['spec.clusterIPs[0]: Invalid value: "10.96.0": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
  ],
  [
    "two addresses that differ",
    service({ clusterIP: "10.96.0.1", clusterIPs: ["10.96.0.2"] }),
    ['spec.clusterIPs: Invalid value: []string{"10.96.0.2"}: first value must match `clusterIP`'],
  ],
  [
    "an address of another family",
    service({ clusterIP: "::1" }),
    ['spec.clusterIPs[0]: Invalid value: "::1": expected an IPv4 value as indicated by `ipFamilies[0]`'],
  ],
  [
    "stickiness without end",
    service({ sessionAffinity: "ClientIP", sessionAffinityConfig: { clientIP: { timeoutSeconds: 86_401 } } }),
    [
      "spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be greater than 0 and less than 86400",
    ],
  ],
  [
    "a policy for traffic that cannot come",
    service({ externalTrafficPolicy: "Local" }),
    ['spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services'],
  ],
];

describe("validation of services", () => {
  for (const [title, object, expected] of wrong) {
    it(`V1 finds ${title}`, () => expect(refusals("services", object)).to.deep.equal(expected));
  }

  it("V1 an address stays", () => {
    const before = service({ clusterIP: "10.96.0.7" });
    const change = (spec: object) => changeRefusals("services", { next: service(spec), before });
    expect(change({ clusterIP: "10.96.0.7", selector: { app: "other" } })).to.deep.equal([]);
    expect(change({ clusterIP: "10.96.0.8" })).to.deep.equal([
      'spec.clusterIPs[0]: Invalid value: []string{"10.96.0.8"}: may not change once set',
    ]);
    expect(change({ clusterIP: "None" })).to.deep.equal([
      'spec.clusterIPs[0]: Invalid value: []string{"None"}: may not change once set',
    ]);
    expect(change({})).to.deep.equal([
      "spec.clusterIPs[0]: Invalid value: []string{}: primary clusterIP can not be unset",
    ]);
    expect(
      changeRefusals("services", { next: unset({ type: "ExternalName", externalName: "a.b" }), before }),
    ).to.deep.equal([]);
  });
});
