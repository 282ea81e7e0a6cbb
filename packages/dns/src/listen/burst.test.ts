import type { RemoteInfo } from "node:dgram";
import { expect } from "chai";
import { createBurst } from "./burst.ts";

const peerAt = (port: number): RemoteInfo => ({ address: "127.0.0.1", family: "IPv4", port, size: 1 });

describe("a burst of datagrams", () => {
  let told: string[];
  const burst = createBurst({
    answer(message, { port }) {
      told.push(`answer ${port}`);
      return message.length === 0 ? undefined : message;
    },
    send: (answer, { port }) => void told.push(`send ${answer.toString()} to ${port}`),
  });
  beforeEach(() => {
    told = [];
  });

  it("is answered as a whole before anything is sent, each to its own asker and in order", async () => {
    burst.add(Buffer.from("a"), peerAt(1));
    burst.add(Buffer.alloc(0), peerAt(2));
    burst.add(Buffer.from("c"), peerAt(3));
    expect(told).to.deep.equal([]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).to.deep.equal(["answer 1", "answer 2", "answer 3", "send a to 1", "send c to 3"]);
  });

  it("keeps nothing of the last one", async () => {
    burst.add(Buffer.from("d"), peerAt(4));
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).to.deep.equal(["answer 4", "send d to 4"]);
  });

  it("is answered once when it is asked for at once", async () => {
    burst.add(Buffer.from("e"), peerAt(5));
    burst.answer();
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).to.deep.equal(["answer 5", "send e to 5"]);
  });
});
