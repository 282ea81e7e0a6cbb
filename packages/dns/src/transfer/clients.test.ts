import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createStopStack, silentLogger, systemClock } from "@ordinal/runtime";
import { expect } from "chai";
import { listenBoth } from "../listen/listen.ts";
import { needs, run, skipWithout } from "../listen/peers.fixture.ts";
import { findDaemon } from "./knot.fixture.ts";
import { everyKind, recordsOf, request, serveTransfers } from "./transfer.fixture.ts";

const zone = "cluster.local";
const many = Array.from({ length: 2_000 }, (_, index) => `w${index}.nginx.default.svc A 10.244.9.${index & 255}`);

describe("transfers to real clients", () => {
  const stack = createStopStack();
  const { respond } = serveTransfers([...everyKind, ...many]);
  let port: number;
  let expected: readonly string[];

  before(async () => {
    const parts = { respond, clock: systemClock, log: silentLogger };
    ({ port } = stack.add(await listenBoth({ host: "127.0.0.1", port: 0 }, parts)).address);
    expected = inOneSpelling(recordsOf(await request(respond, `${zone} AXFR`)));
  });
  after(() => stack.stop());

  const clients: readonly (readonly [client: string, question: string, args: readonly string[]])[] = [
    ["dig", "AXFR", [zone, "AXFR"]],
    ["dig", "IXFR=3", [zone, "IXFR=3"]],
    ["dig", "AXFR with EDNS and a cookie", ["+edns", "+cookie", zone, "AXFR"]],
    ["dig", "AXFR in capitals", ["CLUSTER.LOCAL", "AXFR"]],
    ["kdig", "AXFR", [zone, "AXFR"]],
    ["kdig", "IXFR=3", [zone, "IXFR=3"]],
    ["drill", "AXFR", [zone, "AXFR"]],
  ];
  for (const [client, question, args] of clients) {
    it(`D40 ${client} gets all of the zone by ${question}`, async function () {
      await needs(this, client);
      const shown = await run(client, ["@127.0.0.1", "-p", String(port), ...args]);
      expect(inOneSpelling(recordLines(shown))).to.deep.equal(expected);
    });
  }

  for (const client of ["dig", "kdig"]) {
    for (const serial of ["7", "8"]) {
      it(`D40 ${client} gets the SOA alone by IXFR=${serial}`, async function () {
        await needs(this, client);
        const shown = await run(client, ["@127.0.0.1", "-p", String(port), zone, `IXFR=${serial}`]);
        expect(recordLines(shown).map((line) => line.split(/\s+/)[3])).to.deep.equal(["SOA"]);
      });
    }
  }

  it("D40 dig gets the SOA alone by IXFR over UDP", async function () {
    await needs(this, "dig");
    const shown = await run("dig", ["@127.0.0.1", "-p", String(port), "+notcp", zone, "IXFR=3"]);
    expect(recordLines(shown).map((line) => line.split(/\s+/)[3])).to.deep.equal(["SOA"]);
  });

  it("D40 dig is refused from an address that is not on the list", async function () {
    await needs(this, "dig");
    const shown = await run("dig", ["-b", "127.0.0.2", "@127.0.0.1", "-p", String(port), zone, "AXFR"]).catch(String);
    expect(shown).to.include("Transfer failed");
    expect(recordLines(shown)).to.deep.equal([]);
  });

  it("D40 the zone as text is one to ldns-read-zone and to Knot's checks", async function () {
    const knotc = await findDaemon("knotc");
    await needs(this, "dig", "ldns-read-zone");
    if (knotc === undefined) skipWithout(this, "knotc");
    const dir = await mkdtemp(join(tmpdir(), "ordinal-zone-"));
    try {
      await mkdir(join(dir, "db"));
      const file = join(dir, `${zone}.zone`);
      await writeFile(file, await run("dig", ["+onesoa", "@127.0.0.1", "-p", String(port), zone, "AXFR"]));
      expect(recordLines(await run("ldns-read-zone", [file])).length).to.equal(expected.length - 1);
      const lines = [
        `database:\n    storage: "${dir}/db"`,
        `template:\n  - id: default\n    storage: "${dir}"\n    semantic-checks: on`,
        `zone:\n  - domain: ${zone}\n`,
      ];
      await writeFile(join(dir, "knot.conf"), lines.join("\n"));
      expect(await run(knotc, ["-c", join(dir, "knot.conf"), "zone-check", zone])).not.to.match(/error|warning/);
      await writeFile(file, "$ORIGIN cluster.local.\n@ 5 SOA ns hostmaster 1 2 3 4 5\na 5 CNAME b\na 5 A 10.0.0.1\n");
      const checked = await run(knotc, ["-c", join(dir, "knot.conf"), "zone-check", zone]).catch(String);
      expect(checked, "a zone that is wrong").to.match(/error|warning/);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });
});

/** Records among what a client shows. */
function recordLines(shown: string): readonly string[] {
  return shown.split("\n").filter((line) => line !== "" && !line.startsWith(";"));
}

/** Records in any client's spelling as one, sorted. */
function inOneSpelling(records: readonly string[]): readonly string[] {
  return records
    .map((record) =>
      record
        .replace(/\sIN\s/, " ")
        .replaceAll(/\s+/g, " ")
        .replaceAll(":0:0:0:0:0:0:", "::")
        .toLowerCase(),
    )
    .toSorted();
}
