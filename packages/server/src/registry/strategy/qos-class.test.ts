import type { Container, Pod } from "@ordinal/api";
import { expect } from "chai";
import { qosClassOf } from "./qos-class.ts";

type Resources = NonNullable<Container["resources"]>;

function podOf(...resources: readonly Resources[]): Pod {
  const containers = resources.map((each, index) => ({ name: `c${index}`, resources: each }));
  return { apiVersion: "v1", kind: "Pod", metadata: {} as Pod["metadata"], spec: { containers } };
}

describe("qosClassOf", () => {
  const full = { cpu: "500m", memory: "1Gi" };
  const cases: readonly (readonly [what: string, pod: Pod, expected: string])[] = [
    ["no amounts", podOf({}, {}), "BestEffort"],
    ["zero amounts", podOf({ requests: { cpu: "0" } }), "BestEffort"],
    ["other resources only", podOf({ requests: { "ephemeral-storage": "1Gi" } }), "BestEffort"],
    ["limits on everything", podOf({ limits: full }), "Guaranteed"],
    ["limits equal to requests", podOf({ limits: full, requests: { cpu: "0.5", memory: "1024Mi" } }), "Guaranteed"],
    ["lower requests", podOf({ limits: full, requests: { cpu: "100m", memory: "1Gi" } }), "Burstable"],
    ["a limit on memory alone", podOf({ limits: { memory: "1Gi" } }), "Burstable"],
    ["one container without limits", podOf({ limits: full }, {}), "Burstable"],
  ];
  for (const [what, pod, expected] of cases) {
    it(`calls a pod with ${what} ${expected}`, () => expect(qosClassOf(pod)).to.equal(expected));
  }
});
