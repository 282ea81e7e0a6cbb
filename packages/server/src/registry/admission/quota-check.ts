import {
  type ApiError,
  amountOf,
  amountsOf,
  computeUsage,
  isCheckedOnUpdate,
  showAmount,
  type Amount,
  type Amounts,
  type Kind,
  type KubeObject,
  type Pod,
} from "@ordinal/api";
import { forbidden } from "../failures.ts";
import type { QuotaAccount } from "./quota-account.ts";

/** An object before and after a write; a new one has no `before`. */
export interface Write {
  readonly kind: Kind;
  readonly next: KubeObject;
  readonly before: KubeObject | undefined;
}

/** What a write charges to an account. */
export interface Charge {
  readonly account: QuotaAccount;
  readonly amounts: Amounts;
}

/** Pods that a quota on these limits must say how much they want. Source: `validationSet` of the pod evaluator. */
const mustBeSaid = ["cpu", "limits.cpu", "limits.memory", "memory", "requests.cpu", "requests.memory"];

/**
 * What a write charges to the quotas of its namespace; nothing, if it takes no more than before. Throws ApiError Forbidden,
 * in upstream's words, when a quota is exceeded. Source: `CheckRequest` of the admission plugin ResourceQuota.
 */
export function chargesFor(accounts: readonly QuotaAccount[], write: Write): readonly Charge[] {
  const { kind, before } = write;
  if (before !== undefined && !isCheckedOnUpdate(kind)) return [];
  return accounts.flatMap((account) => {
    const amounts = account.ledger.usageOf(kind, write.next);
    if (amounts === undefined) return [];
    if (kind.plural === "pods") checkSaid(account, write);
    const requested = requestedBy(amounts, before === undefined ? undefined : account.ledger.usageOf(kind, before));
    if (requested.size === 0) return [];
    if (!account.isFilled) throw unknownYet(account, write);
    checkFits(account, requested, write);
    return [{ account, amounts }];
  });
}

/** What is asked for beyond what was used before. */
function requestedBy(amounts: Amounts, before: Amounts | undefined): Amounts {
  const more = [...amounts].map(([name, { nanos, like }]): [string, Amount] => [
    name,
    { nanos: nanos - (before?.get(name)?.nanos ?? 0n), like },
  ]);
  return new Map(more.filter(([, { nanos }]) => nanos > 0n));
}

function checkFits({ quota, ledger }: QuotaAccount, requested: Amounts, { kind, next }: Write): void {
  const hard = amountsOf(quota.spec.hard);
  const exceeded = [...requested]
    .filter(([name, { nanos }]) => ledger.total(name).nanos + nanos > (hard.get(name)?.nanos ?? 0n))
    .map(([name]) => name)
    .toSorted();
  if (exceeded.length === 0) return;
  const show = (amount: (name: string) => Amount | undefined): string =>
    exceeded.map((name) => `${name}=${showAmount(amount(name) ?? amountOf("0"))}`).join(",");
  const amounts = [
    `requested: ${show((name) => requested.get(name))}`,
    `used: ${show((name) => ledger.total(name))}`,
    `limited: ${show((name) => hard.get(name))}`,
  ];
  throw forbidden(kind, next.metadata.name, `exceeded quota: ${quota.metadata.name}, ${amounts.join(", ")}`);
}

/** For a change that comes in the moment after the quota did; who makes a new object waits instead. */
function unknownYet({ quota, ledger }: QuotaAccount, { kind, next }: Write): ApiError {
  const resources = ledger.namesOf(kind).toSorted().join(",");
  const why = `status unknown for quota: ${quota.metadata.name}, resources: ${resources}`;
  return forbidden(kind, next.metadata.name, why);
}

/** Under a quota on processors or memory every container has to say what it wants. Source: the pod evaluator's `Constraints`. */
function checkSaid({ quota, ledger }: QuotaAccount, { kind, next }: Write): void {
  const { spec } = next as Pod;
  const required = ledger.namesOf(kind).filter((name) => mustBeSaid.includes(name));
  const missing = new Map<string, string[]>();
  for (const { name: container, resources } of [...spec.containers, ...(spec.initContainers ?? [])]) {
    const said = computeUsage(amountsOf(resources?.requests), amountsOf(resources?.limits));
    for (const name of required.filter((each) => !said.has(each))) {
      missing.set(name, [...(missing.get(name) ?? []), container]);
    }
  }
  if (missing.size === 0) return;
  const list = [...missing]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, containers]) => `${name} for: ${containers.toSorted().join(",")}`);
  const why = `failed quota: ${quota.metadata.name}: must specify ${list.join("; ")}`;
  throw forbidden(kind, next.metadata.name, why);
}
