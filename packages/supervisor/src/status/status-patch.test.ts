import { expect } from "chai";
import { aPod } from "../pod.fixture.ts";
import { statusPatch } from "./status-patch.ts";

describe("statusPatch", () => {
  it("is nothing when nothing has changed", () => {
    expect(
      statusPatch(aPod({ status: { phase: "Running", podIP: "1.2.3.4" } }), { podIP: "1.2.3.4", phase: "Running" }),
    ).to.equal(undefined);
  });

  it("has what changed, null for what went, and the uid", () => {
    const pod = aPod({ status: { phase: "Running", podIP: "1.2.3.4", nominatedNodeName: "other" } });
    expect(statusPatch(pod, { phase: "Failed", reason: "DeadlineExceeded" })).to.deep.equal({
      metadata: { uid: "uid-web-0" },
      status: { phase: "Failed", reason: "DeadlineExceeded", podIP: null },
    });
  });
});
