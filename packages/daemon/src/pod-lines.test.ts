import type { PersistentVolume, PersistentVolumeClaim, Pod } from "@ordinal/api";
import { expect } from "chai";
import { describePods } from "./pod-lines.ts";

const metadata = (name: string) => ({
  name,
  namespace: "default",
  uid: name,
  resourceVersion: "1",
  creationTimestamp: "2026-01-01T00:00:00Z",
});

function pod(name: string, more: { metadata?: object; spec?: object; status?: object } = {}): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...metadata(name), ...more.metadata },
    spec: { containers: [], ...more.spec },
    status: { ...more.status },
  };
}

describe("describePods", () => {
  it("shows a ready pod of a StatefulSet with its name, address, localhost port and directory", () => {
    const web = pod("web-0", {
      metadata: { annotations: { "ordinal.internal/localhost-ports": "80=20080,443=20443" } },
      spec: {
        hostname: "web-0",
        subdomain: "nginx",
        volumes: [{ name: "www", persistentVolumeClaim: { claimName: "www-web-0" } }],
      },
      status: { phase: "Running", podIP: "10.244.0.2", conditions: [{ type: "Ready", status: "True" }] },
    });
    const claim = { ...metadata("www-web-0"), spec: {} };
    const claims = [{ metadata: claim, spec: { volumeName: "pvc-1" } }] as unknown as readonly PersistentVolumeClaim[];
    const volumes = [
      { metadata: { name: "pvc-1" }, spec: { hostPath: { path: "/data/volumes/pvc-1" } } },
    ] as unknown as readonly PersistentVolume[];
    expect(describePods({ pods: [web], claims, volumes })).to.deep.equal([
      {
        pod: "default/web-0",
        state: "Ready",
        name: "web-0.nginx.default.svc",
        address: "10.244.0.2",
        localhost: "localhost:20080->80, localhost:20443->443",
        volumes: ["/data/volumes/pvc-1"],
      },
    ]);
  });

  const states: readonly (readonly [pod: Pod, state: string])[] = [
    [pod("a"), "Pending"],
    [pod("a", { status: { phase: "Running" } }), "Running"],
    [pod("a", { status: { phase: "Succeeded" } }), "Succeeded"],
    [
      pod("a", { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" }, status: { phase: "Running" } }),
      "Terminating",
    ],
    [
      pod("a", {
        status: { phase: "Running", containerStatuses: [{ state: { waiting: { reason: "CrashLoopBackOff" } } }] },
      }),
      "CrashLoopBackOff",
    ],
  ];
  for (const [each, state] of states) {
    it(`says ${state}`, () =>
      expect(describePods({ pods: [each], claims: [], volumes: [] })[0]?.state).to.equal(state));
  }

  it("sorts ordinals as numbers", () => {
    const names = describePods({ pods: [pod("web-10"), pod("web-2")], claims: [], volumes: [] }).map(
      (line) => line.pod,
    );
    expect(names).to.deep.equal(["default/web-2", "default/web-10"]);
  });
});
