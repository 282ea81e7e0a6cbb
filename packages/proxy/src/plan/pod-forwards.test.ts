import type { Pod } from "@ordinal/api";
import { expect } from "chai";
import { podForwards } from "./pod-forwards.ts";

function pod(ports: string | undefined, status: Pod["status"] = { podIP: "10.244.0.5" }): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "web-0",
      namespace: "default",
      uid: "u",
      resourceVersion: "1",
      creationTimestamp: "2026-01-01T00:00:00Z",
      ...(ports === undefined ? {} : { annotations: { "ordinal.internal/localhost-ports": ports } }),
    },
    spec: { containers: [] },
    ...(status === undefined ? {} : { status }),
  };
}

describe("podForwards", () => {
  const cases: readonly (readonly [what: string, of: Pod | undefined, expected: readonly string[]])[] = [
    ["each pair of the annotation", pod("80=20080,443=20443"), ["20080 to 10.244.0.5:80", "20443 to 10.244.0.5:443"]],
    ["nothing without the annotation", pod(undefined), []],
    ["nothing without a pod", undefined, []],
    [
      "a port that leads nowhere while the pod has no address",
      pod("80=20080", { phase: "Pending" }),
      ["20080 to nobody"],
    ],
    [
      "a port that leads nowhere once the pod has ended",
      pod("80=20080", { phase: "Failed", podIP: "10.244.0.5" }),
      ["20080 to nobody"],
    ],
    [
      "only what is a pair of ports",
      pod("80=20080,x,0=1,1=65536,443=20443=1, 81=20081"),
      ["20080 to 10.244.0.5:80", "20081 to 10.244.0.5:81"],
    ],
  ];
  for (const [what, of, expected] of cases) {
    it(`wants ${what}`, () => {
      const forwards = podForwards(of, "127.0.0.1");
      const text = forwards.map(({ port, targets }) => {
        return `${port} to ${targets.map((target) => `${target.host}:${target.port}`).join() || "nobody"}`;
      });
      expect(text).to.deep.equal(expected);
      for (const { host, protocol } of forwards)
        expect({ host, protocol }).to.deep.equal({ host: "127.0.0.1", protocol: "TCP" });
    });
  }
});
