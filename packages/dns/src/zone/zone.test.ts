import { expect } from "chai";
import { read, query } from "../message.fixture.ts";
import { NameTable } from "./name-table.ts";
import { Zone } from "./zone.ts";

const zoneOf = (name: string): Zone =>
  new Zone({ name, table: new NameTable(), ttlSeconds: 5, nameServers: ["10.96.0.10"] });

/** The denial as it reads behind a question for this name. */
function denialAfter(zone: Zone, name: string): readonly string[] {
  const message = query(name, "A");
  const offset = message.length - 4 - 1 - zone.wire.length - 12;
  message.writeUInt16BE(1, 8);
  return read(Buffer.concat([message, Buffer.from(zone.denial(offset).join(""), "latin1")])).authority;
}

describe("Zone", () => {
  it("D26 a denial carries the SOA with the TTL as its minimum, wherever the zone begins in the name", () => {
    const zone = zoneOf("cluster.local");
    const soa = "cluster.local. 5 SOA ns.dns.cluster.local. hostmaster.cluster.local. 0 7200 1800 86400 5";
    expect(denialAfter(zone, "cluster.local")).to.deep.equal([soa]);
    for (let length = 1; length <= 63; length += 1) {
      expect(denialAfter(zone, `${"x".repeat(length)}.cluster.local`), `${length}`).to.deep.equal([soa]);
      expect(denialAfter(zone, `${"x".repeat(length)}.${"y".repeat(63)}.cluster.local`)).to.deep.equal([soa]);
    }
  });

  it("D42 its serial moves with the data and never back", () => {
    const zone = zoneOf("cluster.local");
    zone.moveSerial(17);
    expect(zone.serial).to.equal(17);
    expect(denialAfter(zone, "a.cluster.local")[0]).to.contain(" 17 7200 ");
    zone.moveSerial(17);
    expect(zone.serial).to.equal(18);
    zone.moveSerial(3);
    expect(zone.serial).to.equal(19);
    expect(denialAfter(zone, "a.cluster.local")[0]).to.contain(" 19 7200 ");
  });

  it("takes a name with a closing dot or capitals", () => {
    expect(zoneOf("Cluster.Internal.").name).to.equal("cluster.internal");
    expect(zoneOf("Cluster.Internal.").labels).to.equal(2);
  });

  for (const name of ["", ".", "a..b", "x".repeat(64)]) {
    it(`refuses ${JSON.stringify(name.slice(0, 10))} as a zone, saying so`, () =>
      expect(() => zoneOf(name)).to.throw(`zone ${JSON.stringify(name)} is not a domain name`));
  }
});
