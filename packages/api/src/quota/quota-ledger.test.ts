import { expect } from "chai";
import { kindOf } from "../kinds.ts";
import type { KubeObject, PersistentVolumeClaim, Pod, Service } from "../types.ts";
import { amountsOf, showAmount } from "./amounts.ts";
import { podResources } from "./pod-resources.ts";
import { QuotaLedger } from "./quota-ledger.ts";
import { quotaUsage } from "./usage.ts";

const metadata = { name: "x", uid: "u", resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z" };

function claim(storage: string, more: Partial<PersistentVolumeClaim> = {}): PersistentVolumeClaim {
  const spec = { resources: { requests: { storage } }, storageClassName: "fast" };
  return { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata, spec, ...more };
}

function pod(spec: Partial<Pod["spec"]>, status: Pod["status"] = {}): Pod {
  return { apiVersion: "v1", kind: "Pod", metadata, spec: { containers: [], ...spec }, status };
}

function container(name: string, cpu: string, more: object = {}) {
  return { name, resources: { requests: { cpu } }, ...more };
}

function shown(amounts: ReturnType<typeof amountsOf>): Readonly<Record<string, string>> {
  return Object.fromEntries([...amounts].map(([name, amount]) => [name, showAmount(amount)]));
}

describe("what objects use of quotas", () => {
  const cases: readonly (readonly [what: string, ...of: Parameters<typeof quotaUsage>, usage: object])[] = [
    [
      "S39 a claim, and the same for its class",
      kindOf("persistentvolumeclaims"),
      claim("1536Mi"),
      {
        "count/persistentvolumeclaims": "1",
        persistentvolumeclaims: "1",
        "requests.storage": "1536Mi",
        "fast.storageclass.storage.k8s.io/persistentvolumeclaims": "1",
        "fast.storageclass.storage.k8s.io/requests.storage": "1536Mi",
      },
    ],
    [
      "S39 a claim that was promised more than it asks for now, in whole bytes",
      kindOf("persistentvolumeclaims"),
      claim("1Gi", {
        spec: { resources: { requests: { storage: "100m" } } },
        status: { allocatedResources: { storage: "2Gi" } },
      }),
      { "count/persistentvolumeclaims": "1", persistentvolumeclaims: "1", "requests.storage": "2Gi" },
    ],
    [
      "a pod",
      kindOf("pods"),
      pod({ containers: [{ name: "a", resources: { requests: { cpu: "500m" }, limits: { memory: "1Gi" } } }] }),
      { "count/pods": "1", pods: "1", cpu: "500m", "requests.cpu": "500m", "limits.memory": "1Gi" },
    ],
    ["a pod that has ended", kindOf("pods"), pod({}, { phase: "Succeeded" }), { "count/pods": "1" }],
    [
      "a service on every node",
      kindOf("services"),
      {
        apiVersion: "v1",
        kind: "Service",
        metadata,
        spec: { type: "NodePort", ports: [{ port: 1 }, { port: 2 }] },
      } as Service,
      { "count/services": "1", services: "1", "services.nodeports": "2", "services.loadbalancers": "0" },
    ],
    ["a secret", kindOf("secrets"), { metadata } as KubeObject, { "count/secrets": "1", secrets: "1" }],
    ["any other kind", kindOf("statefulsets"), { metadata } as KubeObject, { "count/statefulsets.apps": "1" }],
  ];
  for (const [what, kind, object, usage] of cases) {
    it(`${what} uses ${Object.keys(usage).length} resources`, () =>
      expect(shown(quotaUsage(kind, object))).to.deep.equal(usage));
  }

  it("adds containers up, and takes the hungriest init container with the sidecars before it if that is more", () => {
    const sidecar = container("s", "1", { restartPolicy: "Always" });
    const of = (...init: readonly object[]) =>
      shown(
        podResources(
          pod({ containers: [container("a", "1"), container("b", "500m")], initContainers: init } as object),
          "requests",
        ),
      );
    expect(of()).to.deep.equal({ cpu: "1500m" });
    expect(of(container("i", "4"))).to.deep.equal({ cpu: "4" });
    expect(of(sidecar, container("i", "4"))).to.deep.equal({ cpu: "5" });
    expect(of(container("i", "2"), sidecar)).to.deep.equal({ cpu: "2500m" });
  });
});

describe("a quota's ledger", () => {
  const claims = kindOf("persistentvolumeclaims");

  it("S39 follows objects as they come, grow and go", () => {
    const ledger = new QuotaLedger({
      hard: { "requests.storage": "10Gi", "count/secrets": "1", "example.com/x": "1" },
    });
    expect(ledger.used()).to.deep.equal({ "requests.storage": "0", "count/secrets": "0" });
    ledger.charge("a", ledger.usageOf(claims, claim("1Gi")));
    ledger.charge("b", ledger.usageOf(claims, claim("512Mi")));
    expect(ledger.used()["requests.storage"]).to.equal("1536Mi");
    ledger.charge("a", ledger.usageOf(claims, claim("2Gi")));
    ledger.charge("b", undefined);
    ledger.charge("b", undefined);
    expect(ledger.used()["requests.storage"]).to.equal("2Gi");
  });

  it("with a scope it sees the pods in it, and nothing else", () => {
    const ledger = new QuotaLedger({ hard: { pods: "1", persistentvolumeclaims: "1" }, scopes: ["NotBestEffort"] });
    expect(ledger.usageOf(claims, claim("1Gi"))).to.equal(undefined);
    expect(ledger.usageOf(kindOf("pods"), pod({}, { qosClass: "BestEffort" }))).to.equal(undefined);
    expect(shown(ledger.usageOf(kindOf("pods"), pod({}, { qosClass: "Burstable" })) ?? new Map())).to.deep.equal({
      pods: "1",
    });
  });

  const selected: readonly (readonly [operator: string, values: readonly string[], names: readonly string[]])[] = [
    ["In", ["high"], ["high"]],
    ["NotIn", ["high"], ["low", ""]],
    ["Exists", [], ["high", "low"]],
    ["DoesNotExist", [], [""]],
  ];
  for (const [operator, values, names] of selected) {
    it(`selects priority classes ${operator} ${values.join()}`, () => {
      const scopeSelector = { matchExpressions: [{ scopeName: "PriorityClass", operator, values }] };
      const ledger = new QuotaLedger({ hard: { pods: "1" }, scopeSelector });
      const found = ["high", "low", ""].filter(
        (priorityClassName) => ledger.usageOf(kindOf("pods"), pod({ priorityClassName })) !== undefined,
      );
      expect(found).to.deep.equal(names);
    });
  }
});
