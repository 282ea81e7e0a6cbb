import { greatestOf, QuotaLedger, type Amounts, type Kind, type KubeObject, type ResourceQuota } from "@ordinal/api";

/** What is on its way to the store for one object, beside what is there. */
interface Pending {
  stored: Amounts;
  readonly wanted: Set<Wanted>;
}

interface Wanted {
  readonly amounts: Amounts;
  /** The revision of the object that the write replaces; 0 for a new one. */
  readonly base: number;
}

const nothing: Amounts = new Map();

/**
 * One quota and what is charged to it. An object is charged for the most of what is stored and what is being written, so
 * that no two writes are granted the same part, whatever becomes of either.
 */
export class QuotaAccount {
  #quota: ResourceQuota;
  readonly #ledger: QuotaLedger;
  readonly #pending = new Map<string, Pending>();
  /** Objects that changed while the account was being filled from a list that may be older. */
  #changed: Set<string> | undefined = new Set();

  constructor(quota: ResourceQuota) {
    this.#quota = quota;
    this.#ledger = new QuotaLedger(quota.spec);
  }

  get quota(): ResourceQuota {
    return this.#quota;
  }

  /** Whether everything is counted that was there before the quota. */
  get isFilled(): boolean {
    return this.#changed === undefined;
  }

  get ledger(): Pick<QuotaLedger, "namesOf" | "total" | "usageOf"> {
    return this.#ledger;
  }

  /** Takes a quota of other amounts for the same resources and scopes; says whether it could. */
  adopt(quota: ResourceQuota): boolean {
    if (shapeOf(quota) !== shapeOf(this.#quota)) return false;
    this.#quota = quota;
    return true;
  }

  /** Counts an object of the list that the account is filled from, unless it has changed since. */
  fill(kind: Kind, object: KubeObject): void {
    if (this.#changed?.has(object.metadata.uid) !== true)
      this.settle(kind, object.metadata.uid, { object, revision: 0 });
  }

  filled(): void {
    this.#changed = undefined;
  }

  /** Counts an object as it is stored at this revision; without one it is gone. */
  settle(
    kind: Kind,
    uid: string,
    { object, revision }: { readonly object: KubeObject | undefined; readonly revision: number },
  ): void {
    if (revision > 0) this.#changed?.add(uid);
    const amounts = object === undefined ? nothing : (this.#ledger.usageOf(kind, object) ?? nothing);
    const pending = this.#pending.get(uid);
    if (pending === undefined) {
      this.#ledger.charge(uid, amounts);
      return;
    }
    pending.stored = amounts;
    for (const wanted of pending.wanted) if (wanted.base < revision) pending.wanted.delete(wanted);
    this.#recharge(uid, pending);
  }

  /** Charges for a write that is about to begin. The answer takes it back, if the write did not come about. */
  reserve(uid: string, wanted: Wanted): () => void {
    const pending = this.#pending.get(uid) ?? { stored: this.#ledger.chargedFor(uid), wanted: new Set<Wanted>() };
    pending.wanted.add(wanted);
    this.#pending.set(uid, pending);
    this.#recharge(uid, pending);
    return () => {
      if (pending.wanted.delete(wanted)) this.#recharge(uid, pending);
    };
  }

  #recharge(uid: string, pending: Pending): void {
    const most = [...pending.wanted].map(({ amounts }) => amounts).reduce(greatestOf, pending.stored);
    this.#ledger.charge(uid, most);
    if (pending.wanted.size === 0) this.#pending.delete(uid);
  }
}

/** What a ledger is made for. */
function shapeOf({ spec }: ResourceQuota): string {
  return JSON.stringify([Object.keys(spec.hard ?? {}).toSorted(), spec.scopes ?? [], spec.scopeSelector ?? {}]);
}
