import { isTerminating, type StatefulSet } from "@ordinal/api";
import { claimName, claimNames, claimWithOwners, isStaleClaim, newClaim, type Replica } from "./claims.ts";
import { isInRange } from "./identity.ts";
import type { Slot } from "./replicas.ts";
import type { Step } from "./step.ts";
import type { World } from "./world.ts";

interface View {
  readonly slot: Pick<Slot, "name" | "ordinal" | "pod">;
  readonly world: World;
}

export interface ClaimsPlan {
  readonly steps: readonly Step[];
  /** Why no pod can be made with these claims now. */
  readonly refusal?: string;
  /** The claim that still belongs to an earlier pod of this name. */
  readonly stale?: string;
}

/** Makes the claims of one ordinal that are missing, and puts the owners of the others right. */
export function planClaims(set: StatefulSet, { slot, world }: View): ClaimsPlan {
  const replica = replicaOf(set, slot);
  const claims = claimNames(set, slot.ordinal).map((name) => ({ name, claim: world.claim(name) }));
  const stale = claims.find(({ claim }) => claim !== undefined && isStaleClaim(set, claim, replica));
  if (stale !== undefined) return { steps: [], stale: stale.name };
  const missing = (set.spec.volumeClaimTemplates ?? [])
    .filter((template) => world.claim(claimName(set, template, slot.ordinal)) === undefined)
    .map((template): Step => ({
      do: "create-claim",
      claim: newClaim(set, template, slot.ordinal),
      podName: slot.name,
    }));
  const steps = [...missing, ...ownerSteps(set, { slot, world })];
  const going = claims.find(({ claim }) => claim !== undefined && isTerminating(claim));
  return going === undefined ? { steps } : { steps, refusal: `pvc ${going.name} is being deleted` };
}

/** Puts the owners of one ordinal's claims at what the retention policy asks for. */
export function ownerSteps(set: StatefulSet, { slot, world }: View): readonly Step[] {
  return claimNames(set, slot.ordinal).flatMap((name): readonly Step[] => {
    const claim = world.claim(name);
    const owned = claim === undefined ? undefined : claimWithOwners(set, claim, replicaOf(set, slot));
    return owned === undefined ? [] : [{ do: "update-claim", claim: owned, podName: slot.name }];
  });
}

function replicaOf(set: StatefulSet, { name, ordinal, pod }: View["slot"]): Replica {
  return { podName: name, pod, isWanted: isInRange(set, ordinal) };
}
