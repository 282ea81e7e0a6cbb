import { expect } from "chai";
import { kindOf } from "../kinds.ts";
import type { ResourceName } from "../kinds.ts";
import { checkFields } from "../schema/check-fields.ts";
import { withDefaults } from "./with-defaults.ts";

interface Row {
  readonly title: string;
  readonly resource: ResourceName;
  readonly given: object;
  /** Paths into the result and what must stand there; undefined: nothing. */
  readonly expected: Readonly<Record<string, unknown>>;
}

const pod = (spec: object) => ({
  metadata: { name: "p" },
  spec: { containers: [{ name: "a", image: "nginx:1.9.1" }], ...spec },
});
const image = (text: string) => pod({ containers: [{ name: "a", image: text }] });
const pullPolicy = "spec.containers[0].imagePullPolicy";

const rows: readonly Row[] = [
  {
    title: "a pod",
    resource: "pods",
    given: pod({}),
    expected: {
      "spec.restartPolicy": "Always",
      "spec.dnsPolicy": "ClusterFirst",
      "spec.terminationGracePeriodSeconds": 30,
      "spec.schedulerName": "default-scheduler",
      "spec.securityContext": {},
      "spec.enableServiceLinks": true,
      "spec.containers[0].terminationMessagePath": "/dev/termination-log",
      "spec.containers[0].terminationMessagePolicy": "File",
      "spec.containers[0].resources": {},
      "status.phase": "Pending",
    },
  },
  {
    title: "an image with a tag",
    resource: "pods",
    given: image("nginx:1.9.1"),
    expected: { [pullPolicy]: "IfNotPresent" },
  },
  { title: "an image without a tag", resource: "pods", given: image("busybox"), expected: { [pullPolicy]: "Always" } },
  {
    title: "an image with the tag latest",
    resource: "pods",
    given: image("a/b:latest"),
    expected: { [pullPolicy]: "Always" },
  },
  {
    title: "an image of a registry with a port",
    resource: "pods",
    given: image("localhost:5000/a"),
    expected: { [pullPolicy]: "Always" },
  },
  {
    title: "an image with a digest",
    resource: "pods",
    given: image("a@sha256:0123"),
    expected: { [pullPolicy]: "IfNotPresent" },
  },
  {
    title: "what a pod says itself",
    resource: "pods",
    given: pod({ restartPolicy: "Never", terminationGracePeriodSeconds: 0, enableServiceLinks: false }),
    expected: {
      "spec.restartPolicy": "Never",
      "spec.terminationGracePeriodSeconds": 0,
      "spec.enableServiceLinks": false,
    },
  },
  {
    title: "limits without requests, and ports on the host's network",
    resource: "pods",
    given: pod({
      hostNetwork: true,
      containers: [
        {
          name: "a",
          image: "a:1",
          resources: { limits: { cpu: "1", memory: "1Gi" }, requests: { cpu: "500m" } },
          ports: [{ containerPort: 80 }],
        },
      ],
    }),
    expected: {
      "spec.containers[0].resources.requests": { cpu: "500m", memory: "1Gi" },
      "spec.containers[0].ports[0]": { containerPort: 80, hostPort: 80, protocol: "TCP" },
    },
  },
  {
    title: "probes and hooks",
    resource: "pods",
    given: pod({
      containers: [
        {
          name: "a",
          image: "a:1",
          readinessProbe: { httpGet: { port: 80 } },
          livenessProbe: { grpc: { port: 1 } },
          lifecycle: { preStop: { httpGet: { port: "web" } } },
        },
      ],
    }),
    expected: {
      "spec.containers[0].readinessProbe": {
        httpGet: { path: "/", scheme: "HTTP", port: 80 },
        timeoutSeconds: 1,
        periodSeconds: 10,
        successThreshold: 1,
        failureThreshold: 3,
      },
      "spec.containers[0].livenessProbe.grpc": { port: 1, service: "" },
      "spec.containers[0].lifecycle.preStop.httpGet.path": "/",
    },
  },
  {
    title: "volumes",
    resource: "pods",
    given: pod({
      volumes: [
        { name: "none" },
        { name: "config", configMap: { name: "c" } },
        { name: "secret", secret: { secretName: "s", defaultMode: 256 } },
        { name: "path", hostPath: { path: "/x" } },
        { name: "own", ephemeral: { volumeClaimTemplate: { spec: {} } } },
        { name: "down", downwardAPI: { items: [{ path: "x", fieldRef: { fieldPath: "metadata.name" } }] } },
      ],
    }),
    expected: {
      "spec.volumes[0].emptyDir": {},
      "spec.volumes[1].configMap.defaultMode": 0o644,
      "spec.volumes[2].secret.defaultMode": 256,
      "spec.volumes[3].hostPath.type": "",
      "spec.volumes[4].ephemeral.volumeClaimTemplate.spec.volumeMode": "Filesystem",
      "spec.volumes[5].downwardAPI.items[0].fieldRef.apiVersion": "v1",
    },
  },
  {
    title: "the two names of a service account",
    resource: "pods",
    given: pod({ serviceAccountName: "robot" }),
    expected: { "spec.serviceAccount": "robot" },
  },
  {
    title: "a stateful set",
    resource: "statefulsets",
    given: {
      spec: {
        selector: {},
        template: { spec: { containers: [] } },
        volumeClaimTemplates: [{ metadata: { name: "www" }, spec: {} }],
      },
    },
    expected: {
      "spec.replicas": 1,
      "spec.podManagementPolicy": "OrderedReady",
      "spec.revisionHistoryLimit": 10,
      "spec.updateStrategy": { type: "RollingUpdate", rollingUpdate: { partition: 0 } },
      "spec.persistentVolumeClaimRetentionPolicy": { whenDeleted: "Retain", whenScaled: "Retain" },
      "spec.template.metadata": {},
      "spec.template.spec.restartPolicy": "Always",
      "spec.template.spec.enableServiceLinks": undefined,
      "spec.volumeClaimTemplates[0].apiVersion": "v1",
      "spec.volumeClaimTemplates[0].kind": "PersistentVolumeClaim",
      "spec.volumeClaimTemplates[0].spec.volumeMode": "Filesystem",
      "spec.volumeClaimTemplates[0].status.phase": "Pending",
      "status.replicas": 0,
      "status.availableReplicas": 0,
    },
  },
  {
    title: "an update strategy that says something",
    resource: "statefulsets",
    given: { spec: { replicas: 0, updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 2 } } } },
    expected: { "spec.replicas": 0, "spec.updateStrategy.rollingUpdate": { partition: 0, maxUnavailable: 2 } },
  },
  {
    title: "an explicit RollingUpdate",
    resource: "statefulsets",
    given: { spec: { updateStrategy: { type: "RollingUpdate" } } },
    expected: { "spec.updateStrategy": { type: "RollingUpdate" } },
  },
  {
    title: "OnDelete",
    resource: "statefulsets",
    given: { spec: { updateStrategy: { type: "OnDelete" } } },
    expected: { "spec.updateStrategy": { type: "OnDelete" } },
  },
  {
    title: "a service",
    resource: "services",
    given: { spec: { ports: [{ port: 80 }, { port: 81, targetPort: "web" }], selector: { a: "b" } } },
    expected: {
      "spec.type": "ClusterIP",
      "spec.sessionAffinity": "None",
      "spec.internalTrafficPolicy": "Cluster",
      "spec.externalTrafficPolicy": undefined,
      "spec.ipFamilies": ["IPv4"],
      "spec.ports[0]": { port: 80, protocol: "TCP", targetPort: 80 },
      "spec.ports[1].targetPort": "web",
      "status.loadBalancer": {},
    },
  },
  {
    title: "a headless service",
    resource: "services",
    given: { spec: { clusterIP: "None", selector: { a: "b" } } },
    expected: { "spec.clusterIPs": ["None"], "spec.ipFamilyPolicy": "SingleStack" },
  },
  {
    title: "a sticky service",
    resource: "services",
    given: { spec: { sessionAffinity: "ClientIP" } },
    expected: { "spec.sessionAffinityConfig.clientIP.timeoutSeconds": 10_800 },
  },
  {
    title: "a node port",
    resource: "services",
    given: { spec: { type: "NodePort" } },
    expected: { "spec.externalTrafficPolicy": "Cluster", "spec.allocateLoadBalancerNodePorts": undefined },
  },
  {
    title: "a load balancer",
    resource: "services",
    given: { spec: { type: "LoadBalancer" } },
    expected: { "spec.allocateLoadBalancerNodePorts": true },
  },
  {
    title: "an external name",
    resource: "services",
    given: { spec: { type: "ExternalName", externalName: "x.y" } },
    expected: { "spec.internalTrafficPolicy": undefined, "spec.ipFamilies": undefined },
  },
  {
    title: "a claim",
    resource: "persistentvolumeclaims",
    given: {},
    expected: { "spec.volumeMode": "Filesystem", "status.phase": "Pending" },
  },
  {
    title: "a volume",
    resource: "persistentvolumes",
    given: {},
    expected: {
      "spec.volumeMode": "Filesystem",
      "spec.persistentVolumeReclaimPolicy": "Retain",
      "status.phase": "Pending",
    },
  },
  {
    title: "a storage class",
    resource: "storageclasses",
    given: {},
    expected: { reclaimPolicy: "Delete", volumeBindingMode: "Immediate" },
  },
  {
    title: "a namespace",
    resource: "namespaces",
    given: { metadata: { name: "n", labels: { a: "b" } } },
    expected: { "metadata.labels": { a: "b", "kubernetes.io/metadata.name": "n" }, "status.phase": "Active" },
  },
  {
    title: "a secret in plain text",
    resource: "secrets",
    given: { data: { a: "eA==", b: "eQ==" }, stringData: { b: "z" } },
    expected: { type: "Opaque", data: { a: "eA==", b: "eg==" }, stringData: undefined },
  },
  {
    title: "endpoints",
    resource: "endpoints",
    given: { subsets: [{ ports: [{ port: 80 }] }] },
    expected: { "subsets[0].ports[0].protocol": "TCP" },
  },
  {
    title: "an endpoint slice",
    resource: "endpointslices",
    given: { ports: [{ port: 80 }] },
    expected: { endpoints: [], "ports[0]": { port: 80, name: "", protocol: "TCP" } },
  },
  {
    title: "a node",
    resource: "nodes",
    given: { status: { capacity: { cpu: "4" } } },
    expected: { "status.allocatable": { cpu: "4" } },
  },
];

describe("withDefaults", () => {
  for (const { title, resource, given, expected } of rows) {
    it(`A17 fills in ${title}`, () => {
      const kind = kindOf(resource);
      const { pruned, unknownFields, wrongTypes } = checkFields(kind, given);
      expect([...unknownFields, ...wrongTypes]).to.deep.equal([]);
      const before = structuredClone(pruned);
      const filled = withDefaults(kind, pruned as object);
      for (const [path, value] of Object.entries(expected)) {
        if (value === undefined) expect(filled).not.to.have.nested.property(path);
        else expect(filled).to.have.nested.property(path).deep.equal(value);
      }
      expect(withDefaults(kind, filled)).to.deep.equal(filled);
      expect(pruned).to.deep.equal(before);
      const again = checkFields(kind, filled);
      expect([...again.unknownFields, ...again.wrongTypes]).to.deep.equal([]);
      expect(withDefaults(kind, again.pruned as object)).to.deep.equal(filled);
    });
  }
});
