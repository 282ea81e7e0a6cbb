import { expect } from "chai";
import { aContainer, aPod } from "../pod.fixture.ts";
import { qosClass } from "./qos.ts";

describe("qosClass", () => {
  const cases: readonly (readonly [title: string, resources: object, expected: string])[] = [
    ["nothing", {}, "BestEffort"],
    ["a request", { requests: { cpu: "100m" } }, "Burstable"],
    ["limits of both", { limits: { cpu: "1", memory: "1Gi" } }, "Guaranteed"],
    [
      "equal requests and limits",
      { limits: { cpu: "1", memory: "1Gi" }, requests: { cpu: "1000m", memory: "1Gi" } },
      "Guaranteed",
    ],
    [
      "lower requests than limits",
      { limits: { cpu: "1", memory: "1Gi" }, requests: { cpu: "1", memory: "1Mi" } },
      "Burstable",
    ],
    ["a limit of memory only", { limits: { memory: "1Gi" } }, "Burstable"],
    ["something else", { limits: { "example.com/gpu": "1" } }, "BestEffort"],
  ];
  for (const [title, resources, expected] of cases) {
    it(`of a container with ${title} is ${expected}`, () => {
      expect(qosClass(aPod({ spec: { containers: [aContainer({ resources })] } }))).to.equal(expected);
    });
  }
});
