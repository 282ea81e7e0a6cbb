import { isCounted, kinds, QuotaLedger, type Kind, type KubeObject, type ResourceQuota } from "@ordinal/api";
import { keyOf, type Change } from "@ordinal/client";
import type { Informers } from "../informers.ts";

/** What is used of each quota, kept up with every change instead of counted anew. */
export interface Ledgers {
  /** The ledger of a quota; counts its namespace when it sees the quota for the first time, or in another shape. */
  of(quota: ResourceQuota): QuotaLedger;
  /** Books a change, and names the quotas that it is about. */
  note(kind: Kind, change: Change<KubeObject>): readonly string[];
  forget(quotaKey: string): void;
}

interface Kept {
  readonly ledger: QuotaLedger;
  readonly spec: string;
}

export function createLedgers(informers: Informers): Ledgers {
  const quotas = informers.of("resourcequotas");
  const byQuota = new Map<string, Kept>();

  function count(quota: ResourceQuota): QuotaLedger {
    const ledger = new QuotaLedger(quota.spec);
    for (const kind of kinds.filter(isCounted)) {
      if (ledger.namesOf(kind).length === 0) continue;
      const { namespace = "" } = quota.metadata;
      const objects: readonly KubeObject[] = informers.of(kind.plural).by("namespace", namespace);
      for (const object of objects) ledger.charge(object.metadata.uid, ledger.usageOf(kind, object));
    }
    return ledger;
  }

  return {
    of(quota) {
      const key = keyOf(quota);
      const spec = JSON.stringify(quota.spec);
      const known = byQuota.get(key);
      if (known?.spec === spec) return known.ledger;
      const ledger = count(quota);
      byQuota.set(key, { ledger, spec });
      return ledger;
    },
    note(kind, { before, after }) {
      const { namespace = "" } = (after ?? before)?.metadata ?? {};
      return quotas.by("namespace", namespace).flatMap((quota) => {
        const key = keyOf(quota);
        const ledger = byQuota.get(key)?.ledger;
        if (ledger === undefined || ledger.namesOf(kind).length === 0) return [];
        if (before !== undefined) ledger.charge(before.metadata.uid, undefined);
        if (after !== undefined) ledger.charge(after.metadata.uid, ledger.usageOf(kind, after));
        return [key];
      });
    },
    forget(key) {
      byQuota.delete(key);
    },
  };
}
