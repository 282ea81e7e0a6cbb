import { isIPv4 } from "node:net";
import { encodeRecords, type CodecRecord } from "../codec.ts";
import { codeOf, encodeData } from "../records/record-types.ts";
import { binaryLong } from "../wire/bytes.ts";
import { types } from "../wire/constants.ts";
import { labelCountOf, wireName } from "../wire/name.ts";
import { compressed, encodeRecord } from "../wire/record.ts";
import type { NameTable } from "./name-table.ts";
import { RecordSet } from "./record-set.ts";

export interface ZoneOptions {
  /** Such as `cluster.local`. */
  readonly name: string;
  /** The names below; several zones may share one. */
  readonly table: NameTable;
  /** Whether names in the table lack the zone's own. Defaults to true. */
  readonly isRelative?: boolean;
  /** What completes relative names in records, such as `cluster.local`. Defaults to the zone's own name. */
  readonly targetZone?: string;
  /** False: names that are not there are somebody else's to answer, and so is the top. Defaults to true. */
  readonly isAuthority?: boolean;
  /** Of its records, and for how long a miss may be remembered. */
  readonly ttlSeconds: number;
  /** Addresses of this server, handed out with the zone's NS record. */
  readonly nameServers: readonly string[];
}

/** Name of the name server, relative to the cluster zone; upstream's choice too. */
export const nameServerName = "ns.dns";

/** Octets of an SOA record's data from its serial to its end. */
const soaTail = 20;

/** One zone: where it is in a name, what stands at its top, and what goes with a "no". The names below are in its table. */
export class Zone {
  readonly name: string;
  /** Wire labels in lower case, without the closing zero; as octets too, for comparing with messages. */
  readonly key: string;
  readonly wire: Buffer;
  readonly labels: number;
  readonly table: NameTable;
  readonly isRelative: boolean;
  readonly isAuthority: boolean;
  readonly ttlSeconds: number;
  /** What completes a relative name in a record's data. */
  readonly targetSuffix: string;
  readonly #nameServer: string;
  readonly #options: ZoneOptions;
  #serial = 0;
  #apex: readonly RecordSet[] | undefined;
  #glue: readonly string[] | undefined;
  /** The SOA record for an authority section, by where the zone begins in the question's name; serials vary. */
  #denials: (readonly string[] | undefined)[] = [];
  readonly #denialForms: string[] = [];

  /** Throws when the name is no domain name. */
  constructor(options: ZoneOptions) {
    const { name, wire } = readName(options.name);
    const target = readName(options.targetZone ?? options.name);
    this.name = name;
    this.key = wire;
    this.wire = Buffer.from(wire, "latin1");
    this.labels = labelCountOf(wire);
    this.table = options.table;
    this.isRelative = options.isRelative ?? true;
    this.isAuthority = options.isAuthority ?? true;
    this.ttlSeconds = options.ttlSeconds;
    this.targetSuffix = `${target.wire}\0`;
    this.#nameServer = `${nameServerName}.${target.name}`;
    this.#options = options;
  }

  get serial(): number {
    return this.#serial;
  }

  /** The serial at the time it is called. */
  readonly serialNow = (): number => this.#serial;

  /** Moves the serial to the revision of the data, or just onwards where revisions began anew. */
  moveSerial(revision: number): void {
    this.#serial = Math.max(this.#serial + 1, revision);
    this.#apex = undefined;
    this.#denials = [];
  }

  /** What stands at the zone's own name. */
  apex(): readonly RecordSet[] {
    this.#apex ??= [this.#soa(), this.#ns()].map(
      (record) => new RecordSet(record.type, dataOf(encodeRecords(this.name, [record]).join(""))),
    );
    return this.#apex;
  }

  /** Addresses of the name server, for the additional section of an answer with NS. */
  glue(): readonly string[] {
    if (this.#glue === undefined) {
      const owner = compressed(wireName(this.#nameServer) ?? "", this.key);
      const { ttlSeconds } = this;
      this.#glue = this.#options.nameServers.flatMap((address) => {
        const type = isIPv4(address) ? "A" : "AAAA";
        const data = encodeData({ type, data: address });
        return data === undefined ? [] : [encodeRecord(owner, { type: codeOf(type), ttlSeconds, data })];
      });
    }
    return this.#glue;
  }

  /** The SOA that goes with NXDOMAIN and NODATA when the zone begins `offset` octets into the question's name. */
  denial(offset: number): readonly string[] {
    let denial = this.#denials[offset];
    if (denial === undefined) {
      const form = (this.#denialForms[offset] ??= encodeRecords(`${filler(offset)}${this.name}`, [this.#soa()]).join(
        "",
      ));
      denial = [form.slice(0, -soaTail) + binaryLong(this.#serial) + form.slice(4 - soaTail)];
      this.#denials[offset] = denial;
    }
    return denial;
  }

  /** The same in an answer to a question for a name of another zone: whole, with nothing compressed. */
  distantDenial(): readonly string[] {
    const names = [this.#nameServer, `hostmaster.${this.name}`].map((name) => `${wireName(name) ?? ""}\0`).join("");
    const numbers = this.denial(0)[0]?.slice(-soaTail) ?? "";
    const { ttlSeconds } = this;
    return [encodeRecord(`${this.key}\0`, { type: types.SOA, ttlSeconds, data: names + numbers })];
  }

  #soa(): CodecRecord {
    return {
      ...this.#base(this.name, types.SOA),
      primary: this.#nameServer,
      admin: `hostmaster.${this.name}`,
      serial: this.#serial >>> 0,
      refresh: 7200,
      retry: 1800,
      expiration: 86_400,
      minimum: this.ttlSeconds,
    };
  }

  #ns(): CodecRecord {
    return { ...this.#base(this.name, types.NS), ns: this.#nameServer };
  }

  #base(name: string, type: number): CodecRecord {
    return { name, type, ttl: this.ttlSeconds };
  }
}

function readName(text: string): { name: string; wire: string } {
  const name = text.toLowerCase().replace(/\.$/, "");
  const wire = wireName(name);
  if (wire === undefined || wire === "") throw new Error(`zone ${JSON.stringify(text)} is not a domain name`);
  return { name, wire };
}

/** What follows the fixed part of a record whose owner is a pointer. */
function dataOf(record: string): string {
  return record.slice(12);
}

/** Any labels that take this many octets, dotted; what they are does not matter to who points behind them. One octet cannot be. */
function filler(octets: number): string {
  let rest = octets;
  let labels = "";
  while (rest > 0) {
    // The length octet counts, and one octet may never be left over.
    const size = rest === 65 ? 63 : Math.min(rest, 64);
    labels += `${"-".repeat(size - 1)}.`;
    rest -= size;
  }
  return labels;
}
