interface Waiting {
  readonly upTo: number;
  readonly call: () => void;
}

/**
 * Holds back what may be said only when everybody who answers has applied a change. Changes are counted from 1; who takes
 * part is up to the caller.
 */
export class AppliedGate<Member> {
  readonly #applied = new Map<Member, number>();
  #waiting: Waiting[] = [];

  /** From now on nothing beyond `upTo` is let through before this member has applied it. */
  join(member: Member, upTo: number): void {
    this.#applied.set(member, upTo);
  }

  /** The member answers no longer, so nobody waits for it. */
  leave(member: Member): void {
    this.#applied.delete(member);
    this.#open();
  }

  /** The member has applied all changes up to this one. Says nothing of a member that has not joined. */
  applied(member: Member, upTo: number): void {
    const before = this.#applied.get(member);
    if (before === undefined || before >= upTo) return;
    this.#applied.set(member, upTo);
    this.#open();
  }

  /** Calls back once every member has applied all changes up to this one; at once where they have. In the order of calls. */
  after(upTo: number, call: () => void): void {
    this.#waiting.push({ upTo, call });
    this.#open();
  }

  #open(): void {
    const least = Math.min(Infinity, ...this.#applied.values());
    const ready = this.#waiting.findIndex(({ upTo }) => upTo > least);
    const through = this.#waiting.splice(0, ready === -1 ? this.#waiting.length : ready);
    for (const { call } of through) call();
  }
}
