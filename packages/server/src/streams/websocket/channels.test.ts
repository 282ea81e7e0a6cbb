import { expect } from "chai";
import { canCloseChannels, codecOf } from "./channels.ts";

describe("channels of a WebSocket", () => {
  const bytes = Buffer.from([0, 255, 65]);

  it("stand in front of the bytes", () => {
    const codec = codecOf("v5.channel.k8s.io");
    expect(codec.encode({ channel: 1, bytes })).to.deep.equal(Buffer.from([1, 0, 255, 65]));
    expect(codec.decode(Buffer.from([255, 0]))).to.deep.equal({ channel: 255, bytes: Buffer.from([0]) });
    expect(codec.decode(Buffer.from([4]))).to.deep.equal({ channel: 4, bytes: Buffer.alloc(0) });
    expect(codec.decode(Buffer.alloc(0))).to.equal(undefined);
  });

  it("are digits before text in base64", () => {
    const codec = codecOf("v4.base64.channel.k8s.io");
    expect(codec.encode({ channel: 3, bytes })).to.equal("3AP9B");
    expect(codec.decode(Buffer.from("0AP9B"))).to.deep.equal({ channel: 0, bytes });
    expect(codec.decode(Buffer.from("x"))).to.equal(undefined);
    expect(codec.decode(Buffer.alloc(0))).to.equal(undefined);
  });

  it("can be closed one by one in version 5 only", () => {
    const versions = ["", "channel.k8s.io", "v4.channel.k8s.io", "v5.channel.k8s.io"];
    expect(versions.filter(canCloseChannels)).to.deep.equal(["v5.channel.k8s.io"]);
  });
});
