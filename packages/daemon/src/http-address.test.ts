import { once } from "node:events";
import { createServer } from "node:net";
import { expect } from "chai";
import { httpAddress } from "./http-address.ts";

describe("httpAddress", () => {
  it("D52 takes another port where the default is taken, and insists on one that was asked for", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    const host = "127.0.0.1";
    expect(await httpAddress({ host, port, isDefault: true })).to.deep.equal({ host, port: 0 });
    expect(await httpAddress({ host, port, isDefault: false })).to.deep.equal({ host, port });
    other.close();
    await once(other, "close");
    expect(await httpAddress({ host, port, isDefault: true })).to.deep.equal({ host, port });
  });
});
