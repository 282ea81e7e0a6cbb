import type { Outside } from "../answers/outside.ts";
import { createServing, recordSettings, type Serving, type ServingSettings } from "../answers/serving.ts";
import type { Fact } from "../records/fact.ts";
import { Model } from "./model.fixture.ts";
import type { Random } from "./random.fixture.ts";
import { outsideAnswer, outsideRecords } from "./outside.fixture.ts";
import { clusterUnits, type Sizes, type Unit } from "./units.fixture.ts";

/** A way the server can be set up. */
export interface WorldKind {
  readonly name: string;
  readonly settings: ServingSettings;
  /** The zones that the reverse ranges come to. */
  readonly reverseZones: readonly string[];
  /** Whether somebody answers for names outside the zones. */
  readonly isRecursive: boolean;
  readonly startsUnsynced: boolean;
  readonly sizes: Sizes;
}

const identity = { version: "Ordinal 1.2.3", hostname: "laptop" };
const common = { ttlSeconds: 5, reverseRanges: [], externalZones: [], identity, nameServers: ["10.96.0.10"] };

export const worldKinds: readonly WorldKind[] = [
  {
    name: "full",
    settings: {
      ...common,
      zones: ["cluster.local", "cluster.internal"],
      podNames: "verified",
      reverseRanges: ["10.244.0.0/16", "10.96.0.0/14", "fd00:10::/32"],
      externalZones: ["example.org"],
      nameServers: ["10.96.0.10", "fd00:96::a"],
    },
    reverseZones: [
      "244.10.in-addr.arpa",
      ...[96, 97, 98, 99].map((octet) => `${octet}.10.in-addr.arpa`),
      "0.1.0.0.0.0.d.f.ip6.arpa",
    ],
    isRecursive: false,
    startsUnsynced: false,
    sizes: { big: 60, huge: 0 },
  },
  {
    name: "recursive",
    settings: { ...common, zones: ["cluster.local", "sub.cluster.local"], podNames: "insecure" },
    reverseZones: [],
    isRecursive: true,
    startsUnsynced: false,
    sizes: { big: 60, huge: 0 },
  },
  {
    name: "bare",
    settings: { ...common, zones: ["home"], ttlSeconds: 0, podNames: "disabled", nameServers: [] },
    reverseZones: [],
    isRecursive: false,
    startsUnsynced: true,
    sizes: { big: 60, huge: 4_200 },
  },
  {
    name: "long",
    settings: {
      ...common,
      zones: [["a", "b", "c"].map((letter) => letter.repeat(61)).join(".")],
      ttlSeconds: 3600,
      podNames: "insecure",
      reverseRanges: ["10.244.0.0/16"],
      externalZones: ["cluster.local"],
    },
    reverseZones: ["244.10.in-addr.arpa"],
    isRecursive: true,
    startsUnsynced: false,
    sizes: { big: 40, huge: 0 },
  },
];

/** A server, and beside it what it has to say. Both change together. */
export class World {
  readonly kind: WorldKind;
  readonly serving: Serving;
  readonly units: readonly Unit[];
  readonly #forms: number[];
  #model: Model | undefined;
  #isSynced: boolean;
  #isChanged = true;
  #serial = 0;

  /** Everything there is, in its last form. */
  constructor(kind: WorldKind) {
    this.kind = kind;
    this.#isSynced = !kind.startsUnsynced;
    this.serving = createServing(kind.settings, {
      isSynced: () => this.#isSynced,
      outside: kind.isRecursive ? createOutside() : undefined,
    });
    this.units = clusterUnits(recordSettings(kind.settings), kind.sizes);
    this.#forms = this.units.map(() => 0);
    for (const [index, { forms }] of this.units.entries()) this.turn(index, forms.length - 1);
  }

  /** What is right to say at this moment. */
  get model(): Model {
    this.#model ??= new Model({
      ...this.kind,
      isSynced: this.#isSynced,
      serial: this.#serial,
      facts: this.units.map(({ forms }, index) => forms[this.#forms[index] ?? 0] ?? []),
    });
    return this.#model;
  }

  /** One thing becomes different, and now and then the serial moves. */
  change(random: Random): void {
    const index = random.below(this.units.length);
    const { name, forms } = this.units[index] ?? { name: "", forms: [] };
    // It takes its time, here and in the model.
    if (name === "slice of huge" && !random.onceIn(50)) return;
    this.turn(index, random.below(forms.length));
    if (random.onceIn(3)) this.moveSerial(random.below(1_000_000));
  }

  moveSerial(revision: number): void {
    this.serving.moveSerial(revision);
    if (this.#isChanged) this.#serial = Math.max(this.#serial + 1, revision);
    this.#isChanged = false;
    this.#model = undefined;
  }

  sync(): void {
    this.#isSynced = true;
    this.#model = undefined;
  }

  /** Takes everything out, looks, and puts it in again as it was: what is held then does not depend on what there is. */
  whileEmpty<T>(look: () => T): T {
    const forms = this.#forms.slice();
    for (const index of forms.keys()) this.turn(index, 0);
    const seen = look();
    for (const [index, form] of forms.entries()) this.turn(index, form);
    return seen;
  }

  /** Puts a unit into one of its forms. */
  turn(index: number, form: number): void {
    const forms = this.units[index]?.forms ?? [];
    const before = forms[this.#forms[index] ?? 0] ?? [];
    const after = forms[form] ?? [];
    this.serving.apply(before, after);
    this.#forms[index] = form;
    this.#isChanged ||= textOfAll(before) !== textOfAll(after);
    this.#model = undefined;
  }
}

function textOfAll(facts: readonly Fact[]): string {
  return facts
    .map((fact) => JSON.stringify([fact.tree, fact.name, fact.record?.type, fact.record?.data]))
    .toSorted()
    .join();
}

/** Who answers for everything else; what it says can be told beforehand. */
function createOutside(): Outside {
  return {
    ask: (query) => Promise.resolve(outsideAnswer(query)),
    resolve: (name, type) => Promise.resolve(outsideRecords(name, type)),
  };
}
