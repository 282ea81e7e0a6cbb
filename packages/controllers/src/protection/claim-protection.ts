import { claimNamesOf, finalizers, type Pod } from "@ordinal/api";
import { keyOf, type Change } from "@ordinal/client";
import type { Stoppable } from "@ordinal/runtime";
import type { ControllerOptions } from "../controller-options.ts";
import { startController } from "../controller.ts";
import { isDeletionCandidate, lacksFinalizer, unlessGone, withFinalizer, withoutFinalizer } from "./guard.ts";
import { isShutDown, podUsesClaim } from "./pod-uses-claim.ts";

const finalizer = finalizers.claimProtection;

/**
 * Lets go of terminating claims once no pod uses them. One round looks after all terminating claims of a namespace,
 * because the pods are asked for at the API: the copy here may not show the newest one.
 * Source: `pvc_protection_controller.go`.
 */
export function startClaimProtection({ client, clock, log, informers }: ControllerOptions): Stoppable {
  const claims = informers.of("persistentvolumeclaims");
  const pods = informers.of("pods");
  const common = { clock, log, reads: [claims, pods] };
  const release = startController({ name: "claim protection", ...common, reconcile: releaseUnused });
  const cover = startController({ name: "claim protection of older claims", ...common, reconcile: addFinalizer });
  release.follow(claims, ({ after }) =>
    after !== undefined && isDeletionCandidate(after, finalizer) ? [after.metadata.namespace ?? ""] : [],
  );
  release.follow(pods, namespacesLetGo);
  cover.follow(claims, ({ after }) => (after !== undefined && lacksFinalizer(after, finalizer) ? [keyOf(after)] : []));

  /** The namespace of a pod that may have let go of a terminating claim. */
  function namespacesLetGo({ before, after }: Change<Pod>): readonly string[] {
    if (before === undefined || claimNamesOf(before).length === 0) return [];
    const isGone = after === undefined || after.metadata.uid !== before.metadata.uid;
    const { namespace = "" } = before.metadata;
    const mayMatter = isGone || isShutDown(after);
    return mayMatter && claims.by("terminatingIn", namespace).length > 0 ? [namespace] : [];
  }

  async function releaseUnused(namespace: string): Promise<void> {
    const candidates = claims.by("terminatingIn", namespace).filter((claim) => {
      return !pods.by("claim", keyOf(claim)).some((pod) => podUsesClaim(pod, claim));
    });
    if (candidates.length === 0) return;
    const { items: live } = await client.list("pods", { namespace });
    const used = new Set(live.flatMap(claimNamesOf));
    for (const claim of candidates) {
      if (used.has(claim.metadata.name) && live.some((pod) => podUsesClaim(pod, claim))) continue;
      await unlessGone(client.update("persistentvolumeclaims", withoutFinalizer(claim, finalizer)));
    }
  }

  async function addFinalizer(key: string): Promise<void> {
    const claim = claims.get(key);
    if (claim === undefined || !lacksFinalizer(claim, finalizer)) return;
    await unlessGone(client.update("persistentvolumeclaims", withFinalizer(claim, finalizer)));
  }

  return {
    async stop() {
      await Promise.all([release.stop(), cover.stop()]);
    },
  };
}
