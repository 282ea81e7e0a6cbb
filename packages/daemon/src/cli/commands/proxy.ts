import { startProxy } from "@ordinal/proxy";
import { systemClock } from "@ordinal/runtime";
import { runCompanion } from "../companion-process.ts";

export async function proxy(argv: readonly string[]): Promise<number> {
  return await runCompanion(argv, {
    options: {},
    start: async ({ client, log }) => {
      const started = await startProxy({ client, clock: systemClock, log: log.child({ part: "proxy" }) });
      return { about: { addresses: [] }, stop: () => started.stop() };
    },
  });
}
