import { isIPv4, isIPv6 } from "node:net";
import type { ServingSettings } from "../answers/serving.ts";
import type { Fact, Tree } from "../records/fact.ts";
import {
  addressOctets,
  codes,
  indexOf,
  longOctets,
  placeOf,
  shortOctets,
  type FactIndex,
  type IndexedRecord,
} from "./fact-index.fixture.ts";
import { isAtOrBelow, keyOf, labelsOf, type NameKey } from "./names.fixture.ts";
import { outsideRecords } from "./outside.fixture.ts";

export interface ModelOptions {
  readonly settings: ServingSettings;
  readonly reverseZones: readonly string[];
  readonly isRecursive: boolean;
  readonly isSynced: boolean;
  readonly serial: number;
  /** Some lists of what is said at this moment; the lists themselves never change. */
  readonly facts: readonly (readonly Fact[])[];
}

export interface ModelQuestion {
  /** In lower case. */
  readonly name: NameKey;
  readonly type: number;
  readonly class: number;
  /** Who asks. */
  readonly address: string;
}

export interface ModelRecord {
  readonly owner: NameKey;
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
  readonly data: string;
}

/** What there is to say to a question, were there room for everything. */
export interface Expected {
  readonly rcode: number;
  readonly isAuthoritative: boolean;
  /** Somebody else's answer, handed on as it is. */
  readonly isElsewhere: boolean;
  /** In this order, before the records of `set`. */
  readonly chain: readonly ModelRecord[];
  /** In any order. */
  readonly set: readonly ModelRecord[];
  readonly authority: readonly ModelRecord[];
  readonly additional: readonly ModelRecord[];
}

interface ModelZone {
  readonly key: NameKey;
  readonly tree: Tree | undefined;
  /** What relative names in data lack. */
  readonly target: NameKey;
  /** The names in its SOA record. */
  readonly soaNames: string;
  readonly isAuthority: boolean;
}

const nothing: Expected = {
  rcode: 0,
  isAuthoritative: true,
  isElsewhere: false,
  chain: [],
  set: [],
  authority: [],
  additional: [],
};
const refused: Expected = { ...nothing, rcode: 5, isAuthoritative: false };
const elsewhere: Expected = { ...nothing, isAuthoritative: false, isElsewhere: true };

const none: readonly IndexedRecord[] = [];

/** CNAMEs in one answer, at most. */
const maxAliases = 10;

interface ModelQuestionInZone {
  readonly zone: ModelZone;
  readonly name: NameKey;
  readonly type: number;
}

/** CNAMEs said, and names come by. */
interface ModelChain {
  readonly chain: ModelRecord[];
  readonly seen: Set<NameKey>;
}

/** Says what is right from the facts alone, looking through all of them: slowly, and without any table of the server's. */
export class Model {
  readonly isRecursive: boolean;
  readonly #options: ModelOptions;
  readonly #indexes: readonly FactIndex[];
  readonly #zones: readonly ModelZone[];
  readonly #answers = new Map<string, Expected>();

  constructor(options: ModelOptions) {
    this.isRecursive = options.isRecursive;
    this.#options = options;
    this.#zones = zonesOf(options);
    this.#indexes = [indexOf(standingFacts(options.settings)), ...options.facts.map(indexOf)];
  }

  answerTo(question: ModelQuestion): Expected {
    const key = `${question.type} ${question.class} ${question.address} ${question.name}`;
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const answer = this.#answerTo(question);
    if (this.#answers.size > 5_000) this.#answers.clear();
    this.#answers.set(key, answer);
    return answer;
  }

  #answerTo({ name, type, class: questionClass, address }: ModelQuestion): Expected {
    if (questionClass === 3) return this.#chaos(name, type);
    // Nobody may have a whole zone here.
    if (questionClass !== 1 || type === 251 || type === 252) return refused;
    const zone = this.#zones.find(({ key }) => isAtOrBelow(name, key));
    const outside = this.isRecursive ? elsewhere : refused;
    if (zone === undefined) return this.#short(name, type, address) ?? outside;
    if (!this.#options.isSynced) return { ...this.#denial(zone), rcode: 2 };
    if (name === zone.key) return zone.isAuthority ? this.#atTop(zone, type) : outside;
    const place = this.#placeIn(zone, name);
    const records = this.#recordsAt(place);
    if (!zone.isAuthority && records.length === 0) return outside;
    if (!this.#exists(place)) return this.#spelled(zone, name, type) ?? { ...this.#denial(zone), rcode: 3 };
    if (type === 255) return minimal(name);
    const set = records.filter((record) => record.type === type);
    if (set.length > 0) {
      const additional = type === codes.SRV ? this.#targets(zone, set) : [];
      return { ...nothing, set: this.#complete(zone, name, set), additional };
    }
    if (records.some((record) => record.type === codes.CNAME)) return this.#follow({ zone, name, type });
    return this.#denial(zone);
  }

  #atTop(zone: ModelZone, type: number): Expected {
    if (type === 255) return minimal(zone.key);
    if (type === codes.SOA) return { ...nothing, set: [this.#soa(zone)] };
    if (type !== codes.NS) return this.#denial(zone);
    const { nameServers } = this.#options.settings;
    const server = keyOf("ns.dns") + zone.target;
    return {
      ...nothing,
      set: [this.#record(zone.key, codes.NS, `${server}\0`)],
      additional: nameServers.map((address) =>
        this.#record(server, isIPv4(address) ? codes.A : codes.AAAA, addressOctets(address)),
      ),
    };
  }

  /** A name without its zone means to a pod what its search list makes of it. */
  #short(name: NameKey, type: number, address: string): Expected | undefined {
    const key = address.replaceAll(/[.:]/g, "-").replace(/-$/, "-0");
    const namespaces = this.#recordsAt(placeOf("pods", keyOf(key)));
    const [namespace] = namespaces;
    const labels = labelsOf(name).length;
    if (!this.#options.isSynced || namespace === undefined || namespaces.length > 1 || labels < 1 || labels > 5)
      return undefined;
    const found = [`${namespace.data}${keyOf("svc")}`, keyOf("svc"), ""]
      .map((suffix) => this.#recordsAt(placeOf(undefined, name + suffix)))
      .find((records) => records.length > 0);
    if (found === undefined) return undefined;
    const isAddress = type === codes.A || type === codes.AAAA;
    const set = found.filter((record) => isAddress && record.type === type);
    const alias = found.find((record) => isAddress && record.type === codes.CNAME);
    if (set.length === 0 && alias !== undefined) {
      const target = alias.data.slice(0, -1);
      const chain = [this.#record(name, codes.CNAME, alias.data)];
      const zone = this.#zones.find((each) => each.isAuthority && isAtOrBelow(target, each.key));
      if (zone === undefined) return this.#goOnOutside(chain, target, type);
      return this.#follow({ zone, name: target, type }, { chain, seen: new Set([name, target]) });
    }
    return { ...nothing, set: set.map(({ data }) => this.#record(name, type, data)) };
  }

  /** What a chain comes to that goes on from a name, with what it has said before it. */
  #follow(
    start: ModelQuestionInZone,
    { chain, seen }: ModelChain = { chain: [], seen: new Set([start.name]) },
  ): Expected {
    const { zone, name, type } = start;
    let at = name;
    let within = zone;
    for (;;) {
      const place = this.#placeIn(within, at);
      const here = at === within.key ? [] : this.#recordsAt(place);
      if (at !== within.key && !this.#exists(place)) {
        return { ...nothing, rcode: 3, chain, authority: [this.#soa(within)] };
      }
      const set = here.filter((record) => record.type === type);
      if (set.length > 0) return { ...nothing, chain, set: this.#complete(within, at, set) };
      const alias = here.find((record) => record.type === codes.CNAME);
      if (alias === undefined || chain.length === maxAliases) return { ...nothing, chain };
      chain.push(...this.#complete(within, at, [alias]));
      const target = alias.data.slice(0, -1);
      if (seen.has(target)) return { ...nothing, chain };
      seen.add(target);
      at = target;
      const next = this.#zones.find((each) => each.isAuthority && isAtOrBelow(target, each.key));
      if (next === undefined) return this.#goOnOutside(chain, target, type);
      within = next;
    }
  }

  #goOnOutside(chain: readonly ModelRecord[], target: NameKey, type: number): Expected {
    if (!this.isRecursive) return { ...nothing, chain };
    const { rcode, records } = outsideRecords(target, type);
    const set = records.map(() => ({
      owner: target,
      type: codes.A,
      class: 1,
      ttl: 60,
      data: String.fromCharCode(192, 0, 2, 33),
    }));
    return { ...nothing, rcode, chain, set };
  }

  /** Source: Kubernetes DNS specification §2.3.1; `insecure` means that nobody looks whether there is such a pod. */
  #spelled(zone: ModelZone, name: NameKey, type: number): Expected | undefined {
    const { podNames } = this.#options.settings;
    const [label = "", namespace = "", pod, ...more] = labelsOf(name.slice(0, name.length - zone.key.length));
    if (podNames !== "insecure" || zone.tree !== undefined || pod !== "pod" || more.length > 0) return undefined;
    const text = isIPv4(label.replaceAll("-", ".")) ? label.replaceAll("-", ".") : label.replaceAll("-", ":");
    if (label.includes(".") || label.includes(":") || label.includes("%")) return undefined;
    if (!isIPv4(text) && !isIPv6(text)) return undefined;
    if (!this.#exists(placeOf(undefined, keyOf(`${namespace}.svc`)))) return undefined;
    const own = isIPv4(text) ? codes.A : codes.AAAA;
    if (type !== own) return this.#denial(zone);
    return { ...nothing, set: [this.#record(name, own, addressOctets(text))] };
  }

  #chaos(name: NameKey, type: number): Expected {
    const { version, hostname } = this.#options.settings.identity;
    const texts: Readonly<Record<string, string>> = {
      [keyOf("version.bind")]: version,
      [keyOf("version.server")]: version,
      [keyOf("hostname.bind")]: hostname,
      [keyOf("id.server")]: hostname,
    };
    const text = Object.hasOwn(texts, name) ? texts[name] : undefined;
    if (text === undefined || type !== codes.TXT) return refused;
    const data = String.fromCharCode(text.length) + text;
    return { ...nothing, set: [{ owner: name, type, class: 3, ttl: 0, data }] };
  }

  /** Addresses of the targets, as a help. */
  #targets(zone: ModelZone, set: readonly IndexedRecord[]): readonly ModelRecord[] {
    const targets = [...new Set(set.map(({ data }) => data.slice(6)))];
    return targets.flatMap((target) =>
      this.#complete(
        zone,
        target + zone.key,
        this.#recordsAt(placeOf(zone.tree, target)).filter(({ type }) => type === codes.A || type === codes.AAAA),
      ),
    );
  }

  #complete(zone: ModelZone, owner: NameKey, set: readonly IndexedRecord[]): readonly ModelRecord[] {
    const weight = shortOctets(Math.max(1, Math.floor(100 / set.length)));
    return set.map(({ type, data, ttl }) => {
      const target = `${data}${zone.target}\0`;
      const whole = type === codes.SRV ? `\0\0${weight}${target.slice(4)}` : type === codes.PTR ? target : data;
      return { ...this.#record(owner, type, whole), ttl: ttl ?? this.#options.settings.ttlSeconds };
    });
  }

  #denial(zone: ModelZone): Expected {
    return { ...nothing, authority: [this.#soa(zone)] };
  }

  #soa(zone: ModelZone): ModelRecord {
    const { ttlSeconds } = this.#options.settings;
    const numbers = [this.#options.serial, 7200, 1800, 86_400, ttlSeconds].map(longOctets).join("");
    return this.#record(zone.key, codes.SOA, zone.soaNames + numbers);
  }

  #record(owner: NameKey, type: number, data: string): ModelRecord {
    return { owner, type, class: 1, ttl: this.#options.settings.ttlSeconds, data };
  }

  #placeIn({ tree, key }: ModelZone, name: NameKey): string {
    return placeOf(tree, tree === "reverse" ? name : name.slice(0, name.length - key.length));
  }

  #exists(place: string): boolean {
    return this.#indexes.some(({ names }) => names.has(place));
  }

  /** Each once, however often it is said. */
  #recordsAt(place: string): readonly IndexedRecord[] {
    let found: readonly IndexedRecord[] = none;
    for (const { records } of this.#indexes) {
      const here = records.get(place);
      if (here !== undefined) found = found.length === 0 ? here : [...found, ...here];
    }
    return found.length < 2
      ? found
      : [...new Map(found.map((record) => [`${record.type} ${record.data}`, record])).values()];
  }
}

function minimal(owner: NameKey): Expected {
  return { ...nothing, set: [{ owner, type: codes.HINFO, class: 1, ttl: 3600, data: "\x07RFC8482\0" }] };
}

const zonesOfSettings = new Map<ServingSettings, readonly ModelZone[]>();

/** Deeper ones first. */
function zonesOf({ settings, reverseZones }: ModelOptions): readonly ModelZone[] {
  const known = zonesOfSettings.get(settings);
  if (known !== undefined) return known;
  const { zones, externalZones } = settings;
  const [first = ""] = zones;
  const tops = ["in-addr.arpa", "ip6.arpa"].map((name) => ({ name, isAuthority: false }));
  const reverse = [...reverseZones.map((name) => ({ name, isAuthority: true })), ...tops];
  const all = [
    ...zones.map((name) => ({ name, tree: undefined, target: name, isAuthority: true })),
    ...externalZones.map((name) => ({ name, tree: "external" as const, target: name, isAuthority: true })),
    ...reverse.map((zone) => ({ ...zone, tree: "reverse" as const, target: first })),
  ]
    .map(({ name, target, tree, isAuthority }) => ({
      key: keyOf(name),
      tree,
      target: keyOf(target),
      soaNames: `${keyOf(`ns.dns.${target}`)}\0${keyOf(`hostmaster.${name}`)}\0`,
      isAuthority,
    }))
    .toSorted((a, b) => labelsOf(b.key).length - labelsOf(a.key).length);
  zonesOfSettings.set(settings, all);
  return all;
}

const standing = new Map<ServingSettings, readonly Fact[]>();

/** What every zone says, whatever there is. */
function standingFacts(settings: ServingSettings): readonly Fact[] {
  const known = standing.get(settings);
  if (known !== undefined) return known;
  const trees = settings.externalZones.length > 0 ? [undefined, "external" as const] : [undefined];
  const servers = settings.nameServers.flatMap((data) =>
    trees.map((tree) => ({
      ...(tree === undefined ? {} : { tree }),
      name: "ns.dns",
      record: { type: isIPv4(data) ? ("A" as const) : ("AAAA" as const), data },
    })),
  );
  const facts: readonly Fact[] = [
    { name: "svc" },
    { name: "dns-version", record: { type: "TXT", data: "1.1.0", ttlSeconds: 28_800 } },
    ...(settings.podNames === "disabled" ? [] : [{ name: "pod" }]),
    ...servers,
  ];
  standing.set(settings, facts);
  return facts;
}
