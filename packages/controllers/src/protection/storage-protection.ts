import type { Stoppable } from "@ordinal/runtime";
import type { ControllerOptions } from "../controller-options.ts";
import { startClaimProtection } from "./claim-protection.ts";
import { startVolumeProtection } from "./volume-protection.ts";

/** Keeps claims while pods use them and volumes while they are Bound, and lets go of both afterwards. */
export function startStorageProtection(options: ControllerOptions): Stoppable {
  const parts = [startClaimProtection(options), startVolumeProtection(options)];
  return {
    async stop() {
      await Promise.all(parts.map((part) => part.stop()));
    },
  };
}
