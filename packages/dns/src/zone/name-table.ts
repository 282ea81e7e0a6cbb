import { parentOf } from "../wire/name.ts";
import { RecordSet } from "./record-set.ts";

/** What lies at one name: records, or only names below it. */
export interface NameNode {
  readonly sets: readonly RecordSet[];
}

interface Node extends NameNode {
  sets: readonly RecordSet[];
  /** Names directly below this one, and times it was said to exist without records. */
  held: number;
}

const noSets: readonly RecordSet[] = [];

/**
 * The names of a zone, relative to it, as wire labels in lower case. A name exists while it has records, was said to
 * exist, or has a name below it: empty non-terminals come by themselves (RFC 8020).
 */
export class NameTable {
  readonly #nodes = new Map<string, Node>();

  get size(): number {
    return this.#nodes.size;
  }

  find(name: string): NameNode | undefined {
    return this.#nodes.get(name);
  }

  names(): IterableIterator<string> {
    return this.#nodes.keys();
  }

  add(name: string, record: { readonly type: number; readonly octets: string }): void {
    const node = this.#ensure(name);
    const set = setOf(node.sets, record.type);
    // A literal has room for exactly what is in it, where `push` makes room for seventeen.
    if (set === undefined) node.sets = [...node.sets, new RecordSet(record.type, record.octets)];
    else set.add(record.octets);
  }

  remove(name: string, record: { readonly type: number; readonly octets: string }): void {
    const node = this.#nodes.get(name);
    const set = node === undefined ? undefined : setOf(node.sets, record.type);
    if (node === undefined || set === undefined) return;
    set.remove(record.octets);
    if (set.records.length > 0) return;
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
    if (node === undefined) return;
    node.held -= 1;
    this.#dropIfEmpty(name, node);
  }

  #ensure(name: string): Node {
    const present = this.#nodes.get(name);
    if (present !== undefined) return present;
    const made: Node = { sets: noSets, held: 0 };
    this.#nodes.set(name, made);
    const parent = parentOf(name);
    if (parent !== undefined && parent !== "") this.hold(parent);
    return made;
  }

  #dropIfEmpty(name: string, node: Node): void {
    if (node.held > 0 || node.sets.length > 0) return;
    this.#nodes.delete(name);
    const parent = parentOf(name);
    if (parent !== undefined && parent !== "") this.release(parent);
  }
}

/** The set of this type among those at a name; there are few, so looking at each is fastest. */
export function setOf(sets: readonly RecordSet[], type: number): RecordSet | undefined {
  for (const set of sets) if (set.type === type) return set;
  return undefined;
}
