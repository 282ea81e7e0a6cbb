import type { Client } from "@ordinal/client";
import { fillReasons, type Fill } from "./size-warning.ts";

/**
 * What earlier daemons have said about the sizes of claims, as their events tell: so that a restart repeats nothing. The
 * events are read once, when the first claim needs it.
 */
export function createSaidBefore(client: Client): (claimUid: string) => Promise<Fill> {
  let reading: Promise<ReadonlyMap<string, Fill>> | undefined;

  async function read(): Promise<ReadonlyMap<string, Fill>> {
    const said = new Map<string, Fill>();
    const reasons = Object.values(fillReasons);
    const { items } = await client.list("events", {
      fieldSelector: [{ operator: "in", key: "reason", values: reasons }],
    });
    for (const { involvedObject, reason } of items) {
      const { uid = "" } = involvedObject;
      if (reason === fillReasons.over) said.set(uid, "over");
      else if (!said.has(uid)) said.set(uid, "nearly full");
    }
    return said;
  }

  return async (claimUid) => {
    reading ??= read();
    try {
      return (await reading).get(claimUid) ?? "fits";
    } catch (error) {
      reading = undefined;
      throw error;
    }
  };
}
