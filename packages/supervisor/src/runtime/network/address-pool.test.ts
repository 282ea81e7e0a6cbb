import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { temporaryDirectory } from "../runtime.fixture.ts";
import { createAddressPool } from "./address-pool.ts";

describe("addresses of pods", () => {
  let directory: string;
  const open = async (cidr = "10.0.0.0/29") => await createAddressPool({ cidr, cursorFile: join(directory, "cursor") });

  beforeEach(async () => (directory = await temporaryDirectory()));
  afterEach(async () => await rm(directory, { recursive: true }));

  it("come in order, without the network's, the gateway's and the last", async () => {
    const pool = await open();
    const taken = [];
    for (let i = 0; i < 5; i++) taken.push(await pool.take());
    expect(taken).to.deep.equal(["10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6"]);
    const error = await pool.take().catch((reason: unknown) => reason as Error);
    expect(error).to.include({ message: "all 5 addresses of 10.0.0.0/29 are taken by pods" });
  });

  it("are not given out again before all others were", async () => {
    const pool = await open();
    for (let i = 0; i < 4; i++) pool.giveBack(await pool.take());
    expect(await pool.take()).to.equal("10.0.0.6");
    expect(await pool.take()).to.equal("10.0.0.2");
  });

  it("go on after a restart where they were, and leave out what pods have", async () => {
    await (await open()).take();
    const pool = await open();
    pool.adopt("10.0.0.3");
    expect(await pool.take()).to.equal("10.0.0.4");
  });

  for (const cidr of ["10.0.0.0/31", "10.0.0.0/33", "x"]) {
    it(`are not to be had from ${cidr}`, async () => {
      const error = await open(cidr).catch((reason: unknown) => reason as Error);
      expect(error).to.be.instanceOf(Error);
    });
  }
});
