import { parentOf } from "../wire/name.ts";
import { Epochs } from "./epochs.ts";
import { RecordSet } from "./record-set.ts";

/** What lies at one name: records, or only names below it. */
export interface NameNode {
  readonly sets: readonly RecordSet[];
  /** The name one label up; undefined right below the top. */
  readonly parent: NameNode | undefined;
  /** Its counter of changes at this name and below it. */
  readonly slot: number;
}

/** A record as a table takes it. */
export interface TableRecord {
  readonly type: number;
  /** Its data; the last name in it may lack its zone. */
  readonly data: string;
  readonly ttlSeconds?: number | undefined;
}

const noSets: readonly RecordSet[] = [];

/** Most names have records of one type, for which no list is kept. */
class Node implements NameNode {
  readonly parent: Node | undefined;
  readonly slot: number;
  /** Names directly below this one, and times it was said to exist without records. */
  held = 0;
  #sets: RecordSet | readonly RecordSet[] = noSets;

  constructor(parent: Node | undefined, slot: number) {
    this.parent = parent;
    this.slot = slot;
  }

  get sets(): readonly RecordSet[] {
    return this.#sets instanceof RecordSet ? [this.#sets] : this.#sets;
  }

  set sets(sets: readonly RecordSet[]) {
    this.#sets = sets.length === 1 && sets[0] !== undefined ? sets[0] : sets;
  }
}

/**
 * The names of a zone, relative to it, as wire labels in lower case. A name exists while it has records, was said to
 * exist, or has a name below it: empty non-terminals come by themselves (RFC 8020).
 */
export class NameTable {
  /** Counts the changes of this table, and perhaps of others. */
  readonly epochs: Epochs;
  readonly #nodes = new Map<string, Node>();
  #recordCount = 0;

  constructor(epochs: Epochs = new Epochs()) {
    this.epochs = epochs;
  }

  get size(): number {
    return this.#nodes.size;
  }

  /** Records at all names together. */
  get recordCount(): number {
    return this.#recordCount;
  }

  find(name: string): NameNode | undefined {
    return this.#nodes.get(name);
  }

  /** Every name and what lies there, in no order. */
  entries(): IterableIterator<[name: string, node: NameNode]> {
    return this.#nodes.entries();
  }

  add(name: string, { type, data, ttlSeconds }: TableRecord): void {
    const node = this.#ensure(name);
    const set = setOf(node.sets, type);
    const before = set?.size ?? 0;
    const after = set ?? new RecordSet(type, data, ttlSeconds);
    // A literal has room for exactly what is in it, where `push` makes room for seventeen.
    if (set === undefined) node.sets = [...node.sets, after];
    else set.add(data);
    this.#recordCount += after.size - before;
    this.#touch(node);
  }

  remove(name: string, { type, data }: TableRecord): void {
    const node = this.#nodes.get(name);
    const set = node === undefined ? undefined : setOf(node.sets, type);
    if (node === undefined || set === undefined) return;
    const before = set.size;
    const isLeft = set.remove(data);
    this.#recordCount -= before - (isLeft ? set.size : 0);
    this.#touch(node);
    if (isLeft) return;
    node.sets = node.sets.filter((each) => each !== set);
    this.#dropIfEmpty(name, node);
  }

  /** Says that the name exists. */
  hold(name: string): void {
    this.#ensure(name).held += 1;
  }

  /** Takes back one `hold`. */
  release(name: string): void {
    const node = this.#nodes.get(name);
    if (node !== undefined) this.#releaseNode(name, node);
  }

  #ensure(name: string): Node {
    const present = this.#nodes.get(name);
    if (present !== undefined) return present;
    const above = parentOf(name);
    const parent = above === undefined || above === "" ? undefined : this.#ensure(above);
    if (parent !== undefined) parent.held += 1;
    const made = new Node(parent, this.epochs.slotOf(name));
    this.#nodes.set(name, made);
    // The names above are no longer unknown, or as they were.
    this.#touch(made);
    return made;
  }

  #releaseNode(name: string, node: Node): void {
    node.held -= 1;
    this.#dropIfEmpty(name, node);
  }

  #touch(node: Node): void {
    for (let each: Node | undefined = node; each !== undefined; each = each.parent) this.epochs.advance(each.slot);
  }

  #dropIfEmpty(name: string, node: Node): void {
    if (node.held > 0 || node.sets.length > 0) return;
    this.#nodes.delete(name);
    this.#touch(node);
    if (node.parent !== undefined) this.#releaseNode(parentOf(name) ?? "", node.parent);
  }
}

/** The set of this type among those at a name; there are few, so looking at each is fastest. */
export function setOf(sets: readonly RecordSet[], type: number): RecordSet | undefined {
  for (const set of sets) if (set.type === type) return set;
  return undefined;
}
