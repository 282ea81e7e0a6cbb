import {
  amountsOf,
  podResources,
  showAmount,
  type Amount,
  type Amounts,
  type LimitRange,
  type PersistentVolumeClaim,
  type Pod,
} from "@ordinal/api";

type Item = LimitRange["spec"]["limits"][number];

/** What is asked for, and what may be taken at most. */
interface Wish {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

/** Why a claim is too small or too large. Source: `PersistentVolumeClaimValidateLimitFunc`; what a claim says as limits means nothing. */
export function* claimProblems(range: LimitRange, claim: PersistentVolumeClaim): Generator<string> {
  const requests = amountsOf(claim.spec.resources?.requests);
  for (const item of itemsOf(range, "PersistentVolumeClaim")) {
    yield* minimumProblems(item, { requests, limits: new Map() });
    for (const [name, most] of sorted(item.max)) {
      const start = `maximum ${name} usage per ${item.type} is ${showAmount(most)}`;
      const request = requests.get(name);
      if (request === undefined) yield `${start}.  No request is specified`;
      else if (request.nanos > most.nanos) yield `${start}, but request is ${showAmount(request)}`;
    }
  }
}

/** Why a pod or one of its containers wants too little or too much. Source: `PodValidateLimitFunc`. */
export function* podProblems(range: LimitRange, pod: Pod): Generator<string> {
  for (const item of itemsOf(range, "Container")) {
    for (const { resources } of [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]) {
      const wish = { requests: amountsOf(resources?.requests), limits: amountsOf(resources?.limits) };
      yield* wishProblems(item, wish);
    }
  }
  for (const item of itemsOf(range, "Pod")) {
    yield* wishProblems(item, { requests: podResources(pod, "requests"), limits: podResources(pod, "limits") });
  }
}

function* wishProblems(item: Item, wish: Wish): Generator<string> {
  yield* minimumProblems(item, wish);
  for (const [name, most] of sorted(item.max)) {
    const start = `maximum ${name} usage per ${item.type} is ${showAmount(most)}`;
    const [request, limit] = [wish.requests.get(name), wish.limits.get(name)];
    if (limit === undefined) yield `${start}.  No limit is specified`;
    else if (limit.nanos > most.nanos) yield `${start}, but limit is ${showAmount(limit)}`;
    else if (request !== undefined && request.nanos > most.nanos) {
      yield `${start}, but request is ${showAmount(request)}`;
    }
  }
  for (const [name, ratio] of sorted(item.maxLimitRequestRatio)) {
    const problem = ratioProblem(ratio, wish.requests.get(name), wish.limits.get(name));
    if (problem === undefined) continue;
    yield `${name} max limit to request ratio per ${item.type} is ${showAmount(ratio)}, but ${problem}`;
  }
}

function* minimumProblems(item: Item, { requests, limits }: Wish): Generator<string> {
  for (const [name, least] of sorted(item.min)) {
    const start = `minimum ${name} usage per ${item.type} is ${showAmount(least)}`;
    const [request, limit] = [requests.get(name), limits.get(name)];
    if (request === undefined) yield `${start}.  No request is specified`;
    else if (request.nanos < least.nanos) yield `${start}, but request is ${showAmount(request)}`;
    else if (limit !== undefined && limit.nanos < least.nanos) yield `${start}, but limit is ${showAmount(limit)}`;
  }
}

function ratioProblem(ratio: Amount, request: Amount | undefined, limit: Amount | undefined): string | undefined {
  if (request === undefined || request.nanos === 0n) return "no request is specified or request is 0";
  if (limit === undefined || limit.nanos === 0n) return "no limit is specified or limit is 0";
  const isMore = limit.nanos * 1_000_000_000n > ratio.nanos * request.nanos;
  return isMore ? `provided ratio is ${(Number(limit.nanos) / Number(request.nanos)).toFixed(6)}` : undefined;
}

function itemsOf({ spec }: LimitRange, type: string): readonly Item[] {
  return spec.limits.filter((item) => item.type === type);
}

function sorted(quantities: Item["min"]): readonly (readonly [name: string, amount: Amount])[] {
  return [...amountsOf(quantities)].toSorted(([a], [b]) => (a < b ? -1 : 1));
}
