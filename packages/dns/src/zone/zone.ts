import { encodeRecords, type CodecRecord } from "../codec.ts";
import { types } from "../wire/constants.ts";
import { labelCountOf, wireName } from "../wire/name.ts";
import { RecordSet } from "./record-set.ts";

export interface ZoneOptions {
  /** Such as `cluster.local`. */
  readonly name: string;
  /** Of the zone's own records, and for how long a miss may be remembered. */
  readonly ttlSeconds: number;
  /** Addresses of this server, handed out with the zone's NS record. */
  readonly nameServers: readonly string[];
}

/** Name of the name server, relative to the zone; upstream's choice too. */
export const nameServerName = "ns.dns";

/** One zone: where it is in a name, what stands at its top, and what goes with a "no". The names below are in a `NameTable`. */
export class Zone {
  readonly name: string;
  /** Wire labels in lower case, without the closing zero. */
  readonly wire: Buffer;
  readonly labels: number;
  readonly #options: ZoneOptions;
  #serial = 0;
  #apex: readonly RecordSet[] | undefined;
  #glue: readonly string[] | undefined;
  /** The SOA record for an authority section, by where the zone begins in the question's name. */
  #denials: (readonly string[] | undefined)[] = [];

  /** Throws when the name is no domain name. */
  constructor(options: ZoneOptions) {
    const name = options.name.toLowerCase().replace(/\.$/, "");
    const wire = wireName(name);
    if (wire === undefined || wire === "") throw new Error(`zone ${JSON.stringify(options.name)} is not a domain name`);
    this.name = name;
    this.wire = Buffer.from(wire, "latin1");
    this.labels = labelCountOf(wire);
    this.#options = options;
  }

  get serial(): number {
    return this.#serial;
  }

  /** Moves the serial to the revision of the data, or just onwards where revisions began anew. */
  moveSerial(revision: number): void {
    this.#serial = Math.max(this.#serial + 1, revision);
    this.#apex = undefined;
    this.#denials = [];
  }

  /** What stands at the zone's own name. */
  apex(): readonly RecordSet[] {
    this.#apex ??= [this.#soa(), this.#ns()].map(
      (record) => new RecordSet(record.type, encodeRecords(this.name, [record]).join("")),
    );
    return this.#apex;
  }

  /** Addresses of the name server, for the additional section of an answer with NS. */
  glue(): readonly string[] {
    if (this.#glue === undefined) {
      const name = `${nameServerName}.${this.name}`;
      const addresses = this.#options.nameServers.map((address): CodecRecord => ({
        ...this.#base(name, types.A),
        address,
      }));
      this.#glue = encodeRecords(this.name, [this.#ns(), ...addresses]).slice(1);
    }
    return this.#glue;
  }

  /** The SOA that goes with NXDOMAIN and NODATA when the zone begins `offset` octets into the question's name. */
  denial(offset: number): readonly string[] {
    let denial = this.#denials[offset];
    if (denial === undefined) {
      denial = encodeRecords(`${filler(offset)}${this.name}`, [this.#soa()]);
      this.#denials[offset] = denial;
    }
    return denial;
  }

  #soa(): CodecRecord {
    return {
      ...this.#base(this.name, types.SOA),
      primary: `${nameServerName}.${this.name}`,
      admin: `hostmaster.${this.name}`,
      serial: this.#serial >>> 0,
      refresh: 7200,
      retry: 1800,
      expiration: 86_400,
      minimum: this.#options.ttlSeconds,
    };
  }

  #ns(): CodecRecord {
    return { ...this.#base(this.name, types.NS), ns: `${nameServerName}.${this.name}` };
  }

  #base(name: string, type: number): CodecRecord {
    return { name, type, ttl: this.#options.ttlSeconds };
  }
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
