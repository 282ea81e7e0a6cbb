import { createEventRecorder } from "@ordinal/client";
import type { Stoppable } from "@ordinal/runtime";
import type { ControllerOptions } from "../controller-options.ts";
import { startClaimBinding } from "./claim-binding.ts";
import { createFreshView } from "./fresh-view.ts";
import { createVolumeIndex } from "./volume-index.ts";
import { startVolumePhases } from "./volume-phases.ts";

/** Matches claims with volumes, asks provisioners for what is missing, and keeps the phases of both. Source: `pv_controller.go`. */
export function startBindingController(options: ControllerOptions): Stoppable {
  const { client, informers, clock, log } = options;
  const volumes = createVolumeIndex(informers.of("persistentvolumes"));
  const claims = createFreshView(informers.of("persistentvolumeclaims"));
  const events = createEventRecorder({ client, clock, log, component: "persistentvolume-controller" });
  const parts = { ...options, desk: { client, volumes, claims }, events };
  const claimBinding = startClaimBinding(parts);
  const volumePhases = startVolumePhases(parts, (key) => claimBinding.enqueue(key));

  return {
    async stop() {
      await Promise.all([claimBinding.stop(), volumePhases.stop()]);
      volumes.close();
    },
  };
}
