import type { Clock } from "@ordinal/runtime";
import { rcodes } from "../wire/constants.ts";
import type { UpstreamQuestion } from "./asked-query.ts";
import type { Attempted, Upstream } from "./upstream.ts";

export interface AskOptions {
  readonly clock: Clock;
  /** For each exchange. Source: CoreDNS plugin/forward, `read_timeout`. */
  readonly timeoutMs: number;
  /** For everything together: less than the 5 s after which resolvers stop waiting. */
  readonly totalMs: number;
  readonly overTcp: boolean;
}

/** Codes that say nothing about the name: the next upstream may know. Source: glibc resolv/res_send.c, `next_ns`. */
export const unhelpful: ReadonlySet<number> = new Set([rcodes.SERVFAIL, rcodes.NOTIMP, rcodes.REFUSED]);

/** How often each upstream is asked. Source: CoreDNS plugin/forward, `max_connect_attempts`. */
const rounds = 2;

/** Asks upstreams in this order, and once more, until one answers. Never rejects. */
export async function askUpstreams(
  question: UpstreamQuestion,
  upstreams: readonly Upstream[],
  { clock, timeoutMs, totalMs, overTcp }: AskOptions,
): Promise<Attempted> {
  const deadline = clock.now() + totalMs;
  const left = new Set(upstreams);
  let unhelpfulAnswer: Attempted | undefined;
  let reason = "no upstream is left to ask";
  for (let round = 0; round < rounds; round += 1) {
    for (const upstream of left) {
      if (clock.now() >= deadline) break;
      const attempted = await upstream.ask(question, { timeoutMs, deadline, overTcp });
      if (attempted.is === "answer" && !unhelpful.has(attempted.answer.rcode)) return attempted;
      if (attempted.is === "answer") {
        unhelpfulAnswer = attempted;
        left.delete(upstream);
      } else {
        reason = `${upstream.name}: ${attempted.reason}`;
      }
    }
  }
  return unhelpfulAnswer ?? { is: "failed", reason };
}
