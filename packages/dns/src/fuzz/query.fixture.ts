import { keyOf, keyOfLabels, labelsOf, type NameKey } from "./names.fixture.ts";
import type { Random } from "./random.fixture.ts";
import type { Unit } from "./units.fixture.ts";

/** What names are made of that are asked for. */
export interface Vocabulary {
  /** Names that are there, or may be at other times. */
  readonly known: readonly NameKey[];
  /** Some of them, asked for again and again, so that their answers are kept. */
  readonly hot: readonly NameKey[];
  /** Names with so many records that asking for them takes its time. */
  readonly crowded: readonly NameKey[];
  readonly zones: readonly NameKey[];
}

/** From everything a world can come to say. */
export function vocabularyOf(
  units: readonly Unit[],
  zones: readonly string[],
  externalZones: readonly string[],
): Vocabulary {
  const names = new Map<string, NameKey>();
  const crowded = new Map<string, NameKey>();
  const crowds = new Map<string, number>();
  for (const { name: unit, forms } of units) {
    for (const { tree, name } of forms.flat()) {
      const labels = name.split(".");
      // Of a crowd a few are enough, or nothing else would be asked for.
      const seen = crowds.get(unit) ?? 0;
      if (seen > 60 || tree === "pods" || labels.some((label) => label.length > 63 || label === "")) continue;
      crowds.set(unit, seen + 1);
      const suffixes = tree === "reverse" ? [""] : tree === "external" ? externalZones : zones;
      for (const suffix of suffixes)
        (unit === "slice of huge" ? crowded : names).set(
          `${name}.${suffix}`,
          keyOf(Buffer.from(`${name}.${suffix}`).toString("latin1")),
        );
    }
  }
  const own = ["dns-version", "ns.dns", "dns", "svc", "pod"].flatMap((name) =>
    zones.map((zone) => keyOf(`${name}.${zone}`)),
  );
  return {
    known: [...names.values(), ...own].filter((name) => name.length < 255),
    hot: [],
    crowded: [...crowded.values()].slice(0, 5),
    zones: [...zones, ...externalZones, "in-addr.arpa", "244.10.in-addr.arpa", "ip6.arpa"].map(keyOf),
  };
}

const usualTypes = [1, 1, 1, 28, 28, 33, 33, 12, 5, 16, 6, 2, 255, 65];
const strangeTypes = [0, 13, 15, 41, 43, 46, 64, 97, 99, 128, 249, 250, 251, 252, 253, 254, 256, 32_769, 65_535];
const sizes = [0, 1, 511, 512, 513, 700, 1231, 1232, 1233, 1472, 4096, 65_535];
const strangers = ["www.example.com", "local", "com", "version.bind", "hostname.bind", "id.server", "localhost"];
const podLabels = [
  "10-1-2-3",
  "1-2-3-256",
  "fd00--1",
  "--1",
  "1-2-3",
  "10-244-0-5",
  "fd00-10--5",
  "01-2-3-4",
  "--ffff-10-1-2-3",
];

/** A query as a resolver might send it: well-formed, whatever it asks for. */
export function makeQuery(random: Random, words: Vocabulary): Buffer {
  const name = respell(random, makeName(random, words));
  const type = random.onceIn(12) ? strangeType(random) : random.pick(usualTypes);
  const questionClass = random.onceIn(30) ? random.pick([0, 3, 3, 4, 254, 255, 0x8001, random.below(65_536)]) : 1;
  const opt = random.onceIn(2) ? makeOpt(random) : undefined;
  const head = Buffer.alloc(12);
  head.writeUInt16BE(random.below(65_536), 0);
  head.writeUInt16BE(makeFlags(random), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(opt === undefined ? 0 : 1, 10);
  const tail = Buffer.from([0, type >> 8, type, questionClass >> 8, questionClass]);
  return Buffer.concat([head, Buffer.from(name, "latin1"), tail, ...(opt === undefined ? [] : [opt])]);
}

function strangeType(random: Random): number {
  return random.onceIn(2) ? random.pick(strangeTypes) : random.below(65_536);
}

/** Mostly "recursion desired"; now and then everything that may stand there in a query, and what may not. */
function makeFlags(random: Random): number {
  if (!random.onceIn(8)) return random.pick([0x0100, 0x0100, 0x0000, 0x0120]);
  if (!random.onceIn(4)) return random.below(0x0800);
  return random.below(65_536);
}

function makeName(random: Random, { known, hot, crowded, zones }: Vocabulary): NameKey {
  if (hot.length > 0 && random.onceIn(3)) return random.pick(hot);
  const choice = random.below(20);
  if (choice < 11) return random.pick(known);
  if (choice < 13) return shortened(random, random.pick(known));
  if (choice < 15) return keyOfLabels([makeLabel(random)]) + shortened(random, random.pick(known));
  if (choice === 15) return random.pick(zones);
  if (choice === 16) return keyOf(random.pick(strangers));
  if (choice === 17)
    return keyOf(`${random.pick(podLabels)}.${random.pick(["default", "empty", "nobody"])}.pod`) + random.pick(zones);
  if (choice === 18) return clipped(random, random.pick(known));
  if (crowded.length > 0 && random.onceIn(100)) return random.pick(crowded);
  return longName(random, random.pick([...zones, ""]));
}

/** The name without some of its first labels. */
function shortened(random: Random, name: NameKey): NameKey {
  const labels = labelsOf(name);
  return keyOfLabels(labels.slice(random.below(labels.length)));
}

/** Without its zone, or part of it, as a resolver asks that leaves the search list to others. */
function clipped(random: Random, name: NameKey): NameKey {
  const labels = labelsOf(name);
  return keyOfLabels(labels.slice(0, 1 + random.below(labels.length)));
}

/** About as long as a name may be, and a little longer. */
function longName(random: Random, zone: NameKey): NameKey {
  let name = zone;
  const length = random.pick([200, 252, 253, 254, 255, 256]);
  while (length - name.length > 1) {
    const room = length - name.length - 1;
    name = keyOfLabels(["y".repeat(random.onceIn(4) ? 1 : Math.min(room, 63))]) + name;
  }
  return name;
}

function makeLabel(random: Random): string {
  const choice = random.below(5);
  if (choice === 0) return random.octets(1 + random.below(12)).toString("latin1");
  if (choice === 1) return random.pick(["_http", "_tcp", "_dns", "_udp", "_", "*", ".", "a.b", "\0", "\xc0\x0c"]);
  if (choice === 2) return random.pick(podLabels);
  if (choice === 3) return "z".repeat(63);
  return `n${random.below(100_000)}`;
}

/** Some letters in another case, as resolvers do to make answers harder to guess (0x20). */
function respell(random: Random, name: NameKey): NameKey {
  if (!random.onceIn(3)) return name;
  return labelsOf(name)
    .map((label) => {
      const spelt = label.replaceAll(/[a-zA-Z]/g, (letter) => (random.onceIn(2) ? letter.toUpperCase() : letter));
      return String.fromCharCode(spelt.length) + spelt;
    })
    .join("");
}

function makeOpt(random: Random): Buffer {
  const size = random.onceIn(4) ? random.pick([...sizes, 512 + random.below(721)]) : 1232;
  const version = random.onceIn(16) ? random.below(256) : 0;
  const flags = random.onceIn(3) ? random.pick([0x8000, 0x4000, 0xffff]) : 0;
  const options = random.onceIn(3) ? makeOptions(random) : Buffer.alloc(0);
  const fixed = [0, 0, 41, size >> 8, size, random.onceIn(20) ? random.below(256) : 0, version, flags >> 8, flags];
  return Buffer.concat([Buffer.from([...fixed, options.length >> 8, options.length]), options]);
}

/** Cookie, client subnet, padding, NSID, keepalive, and numbers nobody knows; now and then shorter than they say. */
function makeOptions(random: Random): Buffer {
  const options = Array.from({ length: 1 + random.below(3) }, () => {
    const data = random.octets(random.pick([0, 2, 8, 8, 16, 40, 200]));
    const said = random.onceIn(10) ? random.below(65_536) : data.length;
    return Buffer.concat([Buffer.from([0, random.pick([3, 8, 10, 11, 12, 15, 255]), said >> 8, said]), data]);
  });
  return Buffer.concat(options);
}
