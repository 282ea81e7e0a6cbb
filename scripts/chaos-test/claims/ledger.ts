import { isIntent, type ChaosEvent, type ClassName, type Happening, type Policy, type Source } from "./events.ts";

/** What is known of one claim and of the bytes that were put into it. */
export interface Holder {
  readonly id: string;
  readonly className: ClassName;
  readonly source: Source | undefined;
  /** Files that were acknowledged to be in its volume. */
  readonly markers: Set<string>;
  claim: "asked" | "bound" | "maybe deleted" | "gone";
  /** Where its volume was when it was bound. */
  path: string | undefined;
  readonly policies: Set<Policy>;
  mebibytes: number;
  /** What its volume's object is, after it was deleted by hand. */
  volume: "kept" | "maybe released" | "released";
  /** The claim that was made of its trash entry. */
  restoredTo: string | undefined;
}

export interface KnownSnapshot {
  readonly name: string;
  readonly of: string;
  readonly markers: ReadonlySet<string>;
  is: "asked" | "ready" | "maybe dropped" | "dropped";
}

/** Everything that was acknowledged, and what may have happened since. */
export interface Ledger {
  readonly holders: ReadonlyMap<string, Holder>;
  readonly snapshots: ReadonlyMap<string, KnownSnapshot>;
}

/**
 * What has to hold of a world whose time ended somewhere from `sinceMs` to `untilMs`: all that was said before, and of what
 * was said meanwhile, what was asked for may have happened. Without times, all of it has happened.
 */
export function readLedger(
  events: readonly ChaosEvent[],
  { sinceMs = Infinity, untilMs = Infinity }: { readonly sinceMs?: number; readonly untilMs?: number } = {},
): Ledger {
  const holders = new Map<string, Holder>();
  const snapshots = new Map<string, KnownSnapshot>();
  for (const event of events) {
    const mayHave = event.atMs <= untilMs && isIntent(event);
    if (event.atMs < sinceMs || mayHave) apply(event, { holders, snapshots });
  }
  return { holders, snapshots };
}

interface Mutable {
  readonly holders: Map<string, Holder>;
  readonly snapshots: Map<string, KnownSnapshot>;
}

function apply(event: Happening, { holders, snapshots }: Mutable): void {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the others are switched over below
  switch (event.is) {
    case "creating":
      holders.set(event.id, newHolder(event, { holders, snapshots }));
      break;
    case "snapshotting":
      snapshots.set(event.name, {
        name: event.name,
        of: event.of,
        markers: new Set(holders.get(event.of)?.markers),
        is: "asked",
      });
      break;
    case "ready":
    case "dropping":
    case "dropped":
      known(snapshots, event.name).is = event.is === "dropping" ? "maybe dropped" : event.is;
      break;
    default:
      applyToHolder(event, known(holders, event.id));
  }
}

type OfHolder = Extract<Happening, { readonly id: string }>;

function applyToHolder(event: Exclude<OfHolder, { readonly is: "creating" }>, holder: Holder): void {
  switch (event.is) {
    case "bound":
      holder.claim = "bound";
      holder.path = event.path;
      break;
    case "marker":
      holder.markers.add(event.name);
      break;
    case "grown":
      holder.mebibytes = event.mebibytes;
      break;
    case "setting":
      holder.policies.add(event.policy);
      break;
    case "set":
      holder.policies.clear();
      holder.policies.add(event.policy);
      break;
    case "deleting":
      holder.claim = holder.claim === "gone" ? "gone" : "maybe deleted";
      break;
    case "gone":
      holder.claim = "gone";
      break;
    case "releasing":
      holder.volume = "maybe released";
      break;
    case "released":
      holder.volume = "released";
      break;
    default:
      event satisfies never;
  }
}

function newHolder(
  { id, className, source }: Extract<Happening, { readonly is: "creating" }>,
  { holders, snapshots }: Mutable,
): Holder {
  if (source?.from === "trash") known(holders, source.id).restoredTo = id;
  const filled = source?.from === "snapshot" ? known(snapshots, source.name) : source && known(holders, source.id);
  return {
    id,
    className,
    source,
    markers: new Set(filled?.markers),
    claim: "asked",
    path: undefined,
    policies: new Set([className === "chaos-kept" ? "Retain" : "Delete"]),
    mebibytes: 0,
    volume: "kept",
    restoredTo: undefined,
  };
}

function known<T>(all: ReadonlyMap<string, T>, name: string): T {
  const found = all.get(name);
  if (found === undefined) throw new Error(`nothing was said of ${name} before`);
  return found;
}

/** What was said of the claims and snapshots that a sentence names, one line each. */
export function historyOf(sentence: string, events: readonly ChaosEvent[]): readonly string[] {
  const names = sentence.match(/(?:snapshot-)?claim-[\d-]*\d/g) ?? [];
  const isNamed = (event: ChaosEvent): boolean => names.some((name) => JSON.stringify(event).includes(`"${name}"`));
  return events.filter(isNamed).map((event) => JSON.stringify(event));
}
