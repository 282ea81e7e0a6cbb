import { kinds } from "../kinds.ts";
import type { Kind } from "../kinds.ts";
import type { KubeObject, Pod, ResourceQuota } from "../types.ts";
import { countOf, showAmount } from "./amounts.ts";
import type { Amount, Amounts } from "./amounts.ts";
import { isInScopes } from "./scopes.ts";
import { isCounted, quotaUsage, resourcesOfKind } from "./usage.ts";

const nothing: Amounts = new Map();

/**
 * What the objects of a namespace use up of one quota. Whoever keeps it tells it of every object, by uid, as it comes,
 * changes and goes; a change costs the same however many objects there are.
 */
export class QuotaLedger {
  readonly #spec: ResourceQuota["spec"];
  readonly #charged = new Map<string, Amounts>();
  readonly #totals = new Map<string, Amount>();
  readonly #namesByKind = new Map<string, readonly string[]>();

  constructor(spec: ResourceQuota["spec"]) {
    this.#spec = spec;
    for (const kind of kinds) for (const name of this.namesOf(kind)) this.#totals.set(name, countOf(0));
  }

  /** What an object of this kind takes of the quota, by the resources that the quota limits; undefined if it is none of its business. */
  usageOf(kind: Kind, object: KubeObject): Amounts | undefined {
    const names = this.namesOf(kind);
    if (names.length === 0) return undefined;
    if (!isInScopes(this.#spec, kind.plural === "pods" ? (object as Pod) : undefined)) return undefined;
    const usage = quotaUsage(kind, object);
    return new Map([...usage].filter(([name]) => names.includes(name)));
  }

  /** What the quota limits of objects of this kind. */
  namesOf(kind: Kind): readonly string[] {
    const known = this.#namesByKind.get(kind.plural);
    if (known !== undefined) return known;
    const names = isCounted(kind) ? resourcesOfKind(kind, Object.keys(this.#spec.hard ?? {})) : [];
    this.#namesByKind.set(kind.plural, names);
    return names;
  }

  chargedFor(uid: string): Amounts {
    return this.#charged.get(uid) ?? nothing;
  }

  /** From now on the object with this uid takes this much, and no more what it took before. Undefined: nothing. */
  charge(uid: string, amounts: Amounts | undefined): void {
    this.#add(this.chargedFor(uid), -1n);
    if (amounts === undefined || amounts.size === 0) {
      this.#charged.delete(uid);
      return;
    }
    this.#charged.set(uid, amounts);
    this.#add(amounts, 1n);
  }

  /** How much is used of this resource. */
  total(name: string): Amount {
    return this.#totals.get(name) ?? countOf(0);
  }

  /** `status.used` of the quota: all its resources that can be measured here. */
  used(): Readonly<Record<string, string>> {
    const entries = [...this.#totals].map(([name, amount]): [string, string] => [name, showAmount(amount)]);
    return Object.fromEntries(entries);
  }

  #add(amounts: Amounts, sign: 1n | -1n): void {
    for (const [name, amount] of amounts) {
      const { nanos, like } = this.total(name);
      this.#totals.set(name, { nanos: nanos + sign * amount.nanos, like: nanos === 0n ? amount.like : like });
    }
  }
}
