import { kinds, type ObjectOf, type ResourceName } from "@ordinal/api";
import { expect } from "chai";
import { printerOf } from "./printers.ts";
import type { Cell } from "./table.ts";

const nowMs = Date.UTC(2026, 0, 1, 0, 1, 0);
const metadata = {
  name: "x",
  namespace: "default",
  uid: "u",
  resourceVersion: "1",
  creationTimestamp: "2026-01-01T00:00:00Z",
};

interface Row {
  readonly resource: ResourceName;
  readonly what: string;
  readonly object: object;
  readonly cells: readonly Cell[];
}

const controller = { apiVersion: "apps/v1", kind: "StatefulSet", name: "web", uid: "u", controller: true };
const template = {
  spec: {
    containers: [
      { name: "a", image: "i:1" },
      { name: "b", image: "j" },
    ],
  },
};
const ingress = [{ ip: "10.0.0.2" }, { hostname: "h" }];
const address = (count: number): object[] => Array.from({ length: count }, (_, index) => ({ ip: `10.0.0.${index}` }));

const rows: readonly Row[] = [
  {
    resource: "configmaps",
    what: "values of both kinds",
    object: { data: { a: "" }, binaryData: { b: "" } },
    cells: ["x", 2, "60s"],
  },
  {
    resource: "secrets",
    what: "its type",
    object: { type: "Opaque", data: { a: "" } },
    cells: ["x", "Opaque", 1, "60s"],
  },
  { resource: "serviceaccounts", what: "no secrets", object: {}, cells: ["x", 0, "60s"] },
  { resource: "namespaces", what: "its phase", object: { status: { phase: "Active" } }, cells: ["x", "Active", "60s"] },
  { resource: "leases", what: "its holder", object: { spec: { holderIdentity: "me" } }, cells: ["x", "me", "60s"] },
  {
    resource: "statefulsets",
    what: "how many are ready",
    object: { spec: { replicas: 2, template }, status: { readyReplicas: 1 } },
    cells: ["x", "1/2", "60s", "a,b", "i:1,j"],
  },
  {
    resource: "controllerrevisions",
    what: "its controller",
    object: { metadata: { ...metadata, ownerReferences: [controller] }, revision: 3 },
    cells: ["x", "statefulset.apps/web", 3, "60s"],
  },
  { resource: "controllerrevisions", what: "none", object: { revision: 1 }, cells: ["x", "<none>", 1, "60s"] },
  {
    resource: "services",
    what: "a headless one",
    object: {
      spec: {
        type: "ClusterIP",
        clusterIPs: ["None"],
        ports: [{ port: 80, protocol: "TCP" }],
        selector: { b: "2", a: "1" },
      },
    },
    cells: ["x", "ClusterIP", "None", "<none>", "80/TCP", "60s", "a=1,b=2"],
  },
  {
    resource: "services",
    what: "a balancer without an address",
    object: {
      spec: {
        type: "LoadBalancer",
        clusterIPs: ["10.96.0.5"],
        ports: [
          { port: 80, nodePort: 30080, protocol: "TCP" },
          { port: 53, protocol: "UDP" },
        ],
      },
    },
    cells: ["x", "LoadBalancer", "10.96.0.5", "<pending>", "80:30080/TCP,53/UDP", "60s", "<none>"],
  },
  {
    resource: "services",
    what: "a balancer with addresses",
    object: { spec: { type: "LoadBalancer", externalIPs: ["1.2.3.4"] }, status: { loadBalancer: { ingress } } },
    cells: ["x", "LoadBalancer", "<none>", "10.0.0.2,h,1.2.3.4", "<none>", "60s", "<none>"],
  },
  {
    resource: "services",
    what: "another name",
    object: { spec: { type: "ExternalName", externalName: "example.org" } },
    cells: ["x", "ExternalName", "<none>", "example.org", "<none>", "60s", "<none>"],
  },
  { resource: "endpoints", what: "nobody", object: {}, cells: ["x", "<none>", "60s"] },
  {
    resource: "endpoints",
    what: "three and how many more",
    object: { subsets: [{ addresses: address(5), ports: [{ port: 80 }] }] },
    cells: ["x", "10.0.0.0:80,10.0.0.1:80,10.0.0.2:80 + 2 more...", "60s"],
  },
  {
    resource: "endpoints",
    what: "no ports",
    object: { subsets: [{ addresses: address(1) }] },
    cells: ["x", "10.0.0.0", "60s"],
  },
  {
    resource: "endpointslices",
    what: "ports and addresses",
    object: { addressType: "IPv4", ports: [{ port: 80 }, { name: "n" }, {}], endpoints: [{ addresses: ["10.0.0.1"] }] },
    cells: ["x", "IPv4", "80,n,*", "10.0.0.1", "60s"],
  },
  {
    resource: "endpointslices",
    what: "nothing",
    object: { addressType: "IPv4" },
    cells: ["x", "IPv4", "<unset>", "<unset>", "60s"],
  },
  {
    resource: "persistentvolumeclaims",
    what: "one that waits",
    object: { spec: { storageClassName: "local-path" }, status: { phase: "Pending" } },
    cells: ["x", "Pending", "", "", "", "local-path", "<unset>", "60s", "<unset>"],
  },
  {
    resource: "persistentvolumeclaims",
    what: "a bound one",
    object: {
      spec: { volumeName: "pv", volumeMode: "Filesystem" },
      status: { phase: "Bound", capacity: { storage: "1Gi" }, accessModes: ["ReadWriteMany", "ReadWriteOnce"] },
    },
    cells: ["x", "Bound", "pv", "1Gi", "RWO,RWX", "", "<unset>", "60s", "Filesystem"],
  },
  {
    resource: "persistentvolumes",
    what: "its claim",
    object: {
      spec: {
        capacity: { storage: "10Gi" },
        accessModes: ["ReadWriteOncePod"],
        persistentVolumeReclaimPolicy: "Retain",
        claimRef: { namespace: "default", name: "c" },
        storageClassName: "manual",
        volumeMode: "Filesystem",
      },
      status: { phase: "Bound" },
    },
    cells: ["x", "10Gi", "RWOP", "Retain", "Bound", "default/c", "manual", "<unset>", "", "60s", "Filesystem"],
  },
  {
    resource: "persistentvolumes",
    what: "one on its way out",
    object: { metadata: { ...metadata, deletionTimestamp: "2026-01-01T00:00:00Z" }, spec: {} },
    cells: ["x", "0", "", "", "Terminating", "", "", "<unset>", "", "60s", "<unset>"],
  },
  {
    resource: "storageclasses",
    what: "the default one",
    object: {
      metadata: { ...metadata, annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
      provisioner: "rancher.io/local-path",
      volumeBindingMode: "WaitForFirstConsumer",
    },
    cells: ["x (default)", "rancher.io/local-path", "Delete", "WaitForFirstConsumer", false, "60s"],
  },
  {
    resource: "resourcequotas",
    what: "what is used and allowed, limits apart",
    object: { status: { hard: { pods: "4", "limits.cpu": "2", cpu: "1" }, used: { pods: "2", cpu: "500m" } } },
    cells: ["x", "cpu: 500m/1, pods: 2/4", "limits.cpu: 0/2", "60s"],
  },
  { resource: "limitranges", what: "when it was made", object: {}, cells: ["x", "2026-01-01T00:00:00Z"] },
  {
    resource: "nodes",
    what: "roles and addresses",
    object: {
      metadata: { ...metadata, labels: { "node-role.kubernetes.io/worker": "", "kubernetes.io/role": "a" } },
      spec: { unschedulable: true },
      status: {
        conditions: [{ type: "Ready", status: "True" }],
        addresses: [{ type: "InternalIP", address: "10.0.0.1" }],
        nodeInfo: { kubeletVersion: "v1", osImage: "Linux", kernelVersion: "6", containerRuntimeVersion: "" },
      },
    },
    cells: ["x", "Ready,SchedulingDisabled", "a,worker", "60s", "v1", "10.0.0.1", "<none>", "Linux", "6", "<unknown>"],
  },
  {
    resource: "nodes",
    what: "one that is silent",
    object: {},
    cells: ["x", "Unknown", "<none>", "60s", "", "<none>", "<none>", "<unknown>", "<unknown>", "<unknown>"],
  },
  {
    resource: "events",
    what: "how often and by whom",
    object: {
      involvedObject: { kind: "Pod", name: "web-0", fieldPath: "spec" },
      type: "Warning",
      reason: "BackOff",
      message: " again \n",
      source: { component: "kubelet", host: "ordinal" },
      firstTimestamp: "2026-01-01T00:00:00Z",
      lastTimestamp: "2026-01-01T00:00:50Z",
      count: 4,
    },
    cells: ["10s", "Warning", "BackOff", "pod/web-0", "spec", "kubelet, ordinal", "again", "60s", 4, "x"],
  },
  {
    resource: "events",
    what: "the newer form",
    object: { involvedObject: { kind: "Pod" }, eventTime: "2026-01-01T00:00:30.000000Z", reportingComponent: "c" },
    cells: ["30s", "", "", "pod", "", "c", "", "30s", 1, "x"],
  },
];

describe("printers", () => {
  for (const { resource, what, object, cells } of rows) {
    it(`A7 ${resource} show ${what}`, () => {
      const full = { metadata, ...object } as ObjectOf<typeof resource>;
      expect(printerOf(resource).cells(full, nowMs)).to.deep.equal(cells);
      expect(printerOf(resource).columns).to.have.length(cells.length);
    });
  }

  it("A7 every kind has a table of its own, with a column that names the object", () => {
    for (const { plural } of kinds) {
      const named = printerOf(plural).columns.filter(({ format }) => format === "name");
      expect(named, plural).to.have.length(1);
    }
  });
});
