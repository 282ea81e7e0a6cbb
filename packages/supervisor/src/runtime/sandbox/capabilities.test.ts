import { expect } from "chai";
import { becomeCommand, grantedCapabilities } from "./capabilities.ts";

describe("capabilities of containers", () => {
  it("are Docker's without mknod", () => {
    expect(grantedCapabilities("CapBnd:\t000001ffffffffff\n")).to.have.length(13).and.not.include("mknod");
  });

  it("are no more than the daemon's own", () => {
    expect(grantedCapabilities("Name:\tnode\nCapBnd:\t0000000000000401\n")).to.deep.equal([
      "chown",
      "net_bind_service",
    ]);
  });

  it("are given up before the user is changed", () => {
    const words = becomeCommand("setpriv", { user: { uid: 5, gid: 6 }, capabilities: ["chown"] });
    expect(words.join(" ")).to.equal(
      "setpriv --bounding-set -all,+chown --inh-caps -all --reuid 5 --regid 6 --clear-groups --",
    );
  });
});
