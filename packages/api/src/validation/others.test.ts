import { expect } from "chai";
import type { ResourceName } from "../kinds.ts";
import { changeRefusals, refusals } from "./sentences.fixture.ts";

const rows: readonly (readonly [
  ResourceName,
  title: string,
  object: object,
  refusals: readonly (string | RegExp)[],
])[] = [
  ["configmaps", "nothing in plain data", { data: { "a.conf": "x", _b: "" } }, []],
  [
    "configmaps",
    "a key with a slash",
    { data: { "a/b": "x" } },
    [/^data\[a\/b\]: Invalid value: "a\/b": a valid config key must consist of/],
  ],
  ["configmaps", "a key that leads out", { data: { "..": "x" } }, [`data[..]: Invalid value: "..": must not be '..'`]],
  [
    "configmaps",
    "a key twice",
    { data: { a: "x" }, binaryData: { a: "eA==" } },
    ['data[a]: Invalid value: "a": duplicate of key present in binaryData'],
  ],
  [
    "configmaps",
    "more than a mebibyte",
    { data: { a: "x".repeat(1_048_577) } },
    [": Too long: may not be more than 1048576 bytes"],
  ],
  [
    "secrets",
    "a certificate without a key",
    { type: "kubernetes.io/tls", stringData: { "tls.crt": "x" } },
    ["data[tls.key]: Required value"],
  ],
  [
    "secrets",
    "credentials without any",
    { type: "kubernetes.io/basic-auth" },
    ["data[username]: Required value", "data[password]: Required value"],
  ],
  [
    "secrets",
    "a token of nobody",
    { type: "kubernetes.io/service-account-token" },
    ["metadata.annotations[kubernetes.io/service-account.name]: Required value"],
  ],
  [
    "namespaces",
    "a name with dots",
    { metadata: { name: "a.b" } },
    ['metadata.name: Invalid value: "a.b": must not contain dots'],
  ],
  [
    "namespaces",
    "a finalizer nobody knows",
    { spec: { finalizers: ["mine"] } },
    ['spec.finalizers: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified'],
  ],
  [
    "services",
    "a name that starts with a digit",
    { metadata: { name: "1a" }, spec: { ports: [{ port: 1 }] } },
    [/^metadata\.name: Invalid value: "1a": a DNS-1035 label must consist of/],
  ],
  [
    "pods",
    "labels that are none",
    { metadata: { labels: { "a b": "c d" } }, spec: { containers: [{ name: "a", image: "a" }] } },
    [
      /^metadata\.labels: Invalid value: "a b": name part must consist of/,
      /^metadata\.labels: Invalid value: "c d": a valid label must be/,
    ],
  ],
  [
    "leases",
    "annotations without end",
    { metadata: { annotations: { a: "x".repeat(262_144) } } },
    ["metadata.annotations: Too long: may not be more than 262144 bytes"],
  ],
  [
    "leases",
    "a lease of no time",
    { spec: { leaseDurationSeconds: 0 } },
    ["spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0"],
  ],
  [
    "leases",
    "an owner without a uid",
    { metadata: { ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: "p", uid: "" }] } },
    ['metadata.ownerReferences.uid: Invalid value: "": uid must not be empty'],
  ],
  [
    "leases",
    "two controllers",
    {
      metadata: {
        ownerReferences: ["a", "b"].map((name) => ({
          apiVersion: "v1",
          kind: "Pod",
          name,
          uid: name,
          controller: true,
        })),
      },
    },
    [/Only one reference can have Controller set to true\. Found "true" in references for Pod\/a and Pod\/b$/],
  ],
  [
    "leases",
    "a finalizer of one word",
    { metadata: { finalizers: ["mine"] } },
    [
      'metadata.finalizers[0]: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified',
    ],
  ],
  [
    "nodes",
    "a namespace where there is none",
    { metadata: { namespace: "a" } },
    ["metadata.namespace: Forbidden: not allowed on this type"],
  ],
  [
    "nodes",
    "a taint with no key",
    { spec: { taints: [{ effect: "NoSchedule" }] } },
    [
      `spec.taints[0].key: Invalid value: "": name part must be non-empty`,
      `spec.taints[0].key: Invalid value: "": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
    ],
  ],
  ["nodes", "a taint with no effect", { spec: { taints: [{ key: "a" }] } }, ["spec.taints[0].effect: Required value"]],
  [
    "endpoints",
    "nothing on a loopback address",
    { subsets: [{ addresses: [{ ip: "127.244.0.2" }], ports: [{ port: 80 }] }] },
    [],
  ],
  [
    "endpoints",
    "a subset of nobody",
    { subsets: [{ ports: [{ port: 80 }] }] },
    ["subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`"],
  ],
  [
    "endpoints",
    "an address that is none",
    { subsets: [{ addresses: [{ ip: "x" }] }] },
    ['subsets[0].addresses[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
  ],
  ["endpointslices", "no type of address", { endpoints: [] }, ["addressType: Required value"]],
  [
    "endpointslices",
    "an address of another type",
    { addressType: "IPv4", endpoints: [{ addresses: ["::1"] }] },
    ['endpoints[0].addresses[0]: Invalid value: "::1": must be a valid IPv4 address'],
  ],
  [
    "endpointslices",
    "two ports without a name",
    { addressType: "IPv4", ports: [{ port: 1 }, { port: 2 }] },
    ['ports[1].name: Duplicate value: ""'],
  ],
  [
    "controllerrevisions",
    "no data",
    { revision: -1 },
    ["data: Required value: data is mandatory", "revision: Invalid value: -1: must be greater than or equal to 0"],
  ],
  [
    "events",
    "an event about another namespace",
    { involvedObject: { namespace: "other", name: "p" } },
    ['involvedObject.namespace: Invalid value: "other": does not match event.namespace'],
  ],
  ["events", "nothing in an event about a node", { involvedObject: { kind: "Node", name: "n" } }, []],
];

describe("validation", () => {
  for (const [resource, title, object, expected] of rows) {
    it(`A17 finds ${title} in ${resource}`, () => {
      const found = refusals(resource, object);
      expect(found).to.have.length(expected.length);
      for (const [index, text] of expected.entries()) {
        if (typeof text === "string") expect(found[index]).to.equal(text);
        else expect(found[index]).to.match(text);
      }
    });
  }

  it("A17 needs a name", () => {
    expect(refusals("configmaps", { metadata: { name: "" } })).to.deep.equal([
      "metadata.name: Required value: name or generateName is required",
    ]);
    expect(refusals("configmaps", { metadata: { generateName: "web-" } })).to.deep.equal([]);
  });

  it("A17 what is immutable stays", () => {
    const before = { data: { a: "x" }, immutable: true };
    expect(changeRefusals("configmaps", { next: { data: { a: "y" }, immutable: false }, before })).to.deep.equal([
      "immutable: Forbidden: field is immutable when `immutable` is set",
      "data: Forbidden: field is immutable when `immutable` is set",
    ]);
    const secret = { type: "a/b" };
    expect(changeRefusals("secrets", { next: { type: "c/d" }, before: secret })).to.deep.equal([
      'type: Invalid value: "c/d": field is immutable',
    ]);
    expect(
      changeRefusals("configmaps", { next: { metadata: { uid: "b" } }, before: { metadata: { uid: "a" } } }),
    ).to.deep.equal(['metadata.uid: Invalid value: "b": field is immutable']);
  });

  it("A9 nothing new can hold an object that is being deleted", () => {
    const going = { deletionTimestamp: "2026-01-01T00:00:00Z" };
    const next = { metadata: { ...going, finalizers: ["a/b", "c/d"] } };
    expect(
      changeRefusals("configmaps", { next, before: { metadata: { ...going, finalizers: ["a/b"] } } }),
    ).to.deep.equal([
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"c/d"}',
    ]);
  });
});
