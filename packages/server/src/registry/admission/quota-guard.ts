import { isCounted, kindOf, kinds, type Kind, type KubeObject, type ResourceQuota } from "@ordinal/api";
import { keyPrefix } from "../object-key.ts";
import type { ObjectStore } from "../object-store.ts";
import { QuotaAccount } from "./quota-account.ts";
import { chargesFor, type Write } from "./quota-check.ts";

type Accounts = Map<string, QuotaAccount>;

/**
 * Holds the objects of each namespace to its quotas. It keeps its own accounts of what is stored and being written, so that
 * a decision needs no other write and no controller; `status.used` is for those who look on. Source: the admission plugin ResourceQuota.
 */
export class QuotaGuard {
  readonly #objects: ObjectStore;
  readonly #byNamespace = new Map<string, Accounts>();
  readonly #fillings = new Map<QuotaAccount, Promise<void>>();

  private constructor(objects: ObjectStore) {
    this.#objects = objects;
  }

  /** With every quota that is stored, and up to date from then on. */
  static async start(objects: ObjectStore): Promise<QuotaGuard> {
    const guard = new QuotaGuard(objects);
    const quotas = kindOf("resourcequotas");
    const { found, revision } = await objects.range({ prefix: keyPrefix(quotas) });
    for (const kind of kinds.filter(isCounted)) guard.#follow(kind, revision);
    for (const { object } of found) guard.#open(object as ResourceQuota);
    await Promise.all([...guard.#byNamespace.keys()].map((namespace) => guard.ready(namespace)));
    return guard;
  }

  /** Resolves when all that is in the namespace is counted: at once, but just after a quota was made. */
  async ready(namespace: string): Promise<void> {
    for (const account of this.#byNamespace.get(namespace)?.values() ?? []) await this.#fillOnce(account);
  }

  /** Charges a write to the quotas of its namespace; the answer takes it back. Throws ApiError Forbidden when it does not fit. */
  reserve(write: Write): () => void {
    const { metadata } = write.next;
    const accounts = this.#byNamespace.get(metadata.namespace ?? "");
    if (accounts === undefined) return () => {};
    const inOrder = [...accounts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, account]) => account);
    const charges = chargesFor(inOrder, write);
    const base = Number(write.before?.metadata.resourceVersion ?? 0);
    const undos = charges.map(({ account, amounts }) => account.reserve(metadata.uid, { amounts, base }));
    return () => {
      for (const undo of undos) undo();
    };
  }

  #follow(kind: Kind, fromRevision: number): void {
    this.#objects.watch({
      prefix: keyPrefix(kind),
      fromRevision,
      onChange: ({ revision, before, after }) => {
        const isQuota = kind.plural === "resourcequotas";
        if (!isQuota && this.#byNamespace.size === 0) return;
        const object = after?.();
        const { namespace = "", name, uid } = (object ?? before?.())?.metadata ?? nobody;
        for (const account of this.#byNamespace.get(namespace)?.values() ?? []) {
          account.settle(kind, uid, { object, revision });
        }
        if (!isQuota) return;
        if (object === undefined) this.#close(namespace, name);
        else this.#open(object as ResourceQuota);
      },
    });
  }

  #open(quota: ResourceQuota): void {
    const { namespace = "", name } = quota.metadata;
    const accounts: Accounts = this.#byNamespace.get(namespace) ?? new Map<string, QuotaAccount>();
    if (accounts.get(name)?.adopt(quota) === true) return;
    const account = new QuotaAccount(quota);
    accounts.set(name, account);
    this.#byNamespace.set(namespace, accounts);
    // Where this fails, the next who needs the account tries again and hears why.
    this.#fillOnce(account).catch(() => {});
  }

  #close(namespace: string, name: string): void {
    const accounts = this.#byNamespace.get(namespace);
    accounts?.delete(name);
    if (accounts?.size === 0) this.#byNamespace.delete(namespace);
  }

  async #fillOnce(account: QuotaAccount): Promise<void> {
    if (account.isFilled) return;
    const filling = this.#fillings.get(account) ?? this.#fill(account);
    this.#fillings.set(account, filling);
    try {
      await filling;
    } finally {
      this.#fillings.delete(account);
    }
  }

  async #fill(account: QuotaAccount): Promise<void> {
    const { namespace = "" } = account.quota.metadata;
    for (const kind of kinds.filter((each) => account.ledger.namesOf(each).length > 0)) {
      const { found } = await this.#objects.range({ prefix: keyPrefix(kind, namespace) });
      for (const { object } of found) account.fill(kind, object);
    }
    account.filled();
  }
}

/** What stands for an object that is not known, which the store does not have. */
const nobody: Pick<KubeObject["metadata"], "name" | "namespace" | "uid"> = { name: "", uid: "" };
