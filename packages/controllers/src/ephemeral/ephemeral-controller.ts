import {
  claimNameOfVolume,
  controllerReference,
  foreignClaimProblem,
  isApiError,
  isTerminating,
  type PersistentVolumeClaim,
  type Pod,
  type Volume,
} from "@ordinal/api";
import { createEventRecorder, keyOf } from "@ordinal/client";
import { describeError, type Stoppable } from "@ordinal/runtime";
import type { ControllerOptions } from "../controller-options.ts";
import { startController } from "../controller.ts";

/**
 * Makes the claims of generic ephemeral volumes, `<pod>-<volume>`, owned by their pod and so gone with it. A claim of that
 * name which is not the pod's is left alone, and said on the pod. Source: `pkg/controller/volume/ephemeral`.
 */
export function startEphemeralController({ client, clock, log, informers }: ControllerOptions): Stoppable {
  const pods = informers.of("pods");
  const claims = informers.of("persistentvolumeclaims");
  const events = createEventRecorder({ client, clock, log, component: "ephemeral_volume" });
  const controller = startController({ name: "ephemeral volume", clock, log, reads: [pods, claims], reconcile });
  controller.follow(pods, ({ before, after }) =>
    before === undefined && after !== undefined && ephemeralVolumes(after).length > 0 ? [keyOf(after)] : [],
  );
  controller.follow(claims, ({ before, after }) =>
    before !== undefined && before.metadata.uid !== after?.metadata.uid
      ? pods.by("claim", keyOf(before)).map(keyOf)
      : [],
  );
  return controller;

  async function reconcile(key: string): Promise<void> {
    const pod = pods.get(key);
    if (pod === undefined || isTerminating(pod)) return;
    for (const volume of ephemeralVolumes(pod)) {
      try {
        await ensureClaim(pod, volume);
      } catch (error) {
        const message = `ephemeral volume ${volume.name}: ${describeError(error)}`;
        events.record(pod, { type: "Warning", reason: "FailedBinding", message });
        throw error;
      }
    }
  }

  async function ensureClaim(pod: Pod, volume: Volume): Promise<void> {
    const name = claimNameOfVolume(pod, volume) ?? "";
    const { namespace = "" } = pod.metadata;
    const present = claims.get(`${namespace}/${name}`) ?? (await create(pod, volume, name));
    const problem = foreignClaimProblem(pod, present);
    if (problem !== undefined) throw new Error(problem);
  }

  /** The new claim, or the one that somebody made a moment before. */
  async function create(pod: Pod, volume: Volume, name: string): Promise<PersistentVolumeClaim> {
    const { metadata: { labels, annotations } = {}, spec } = volume.ephemeral?.volumeClaimTemplate ?? { spec: {} };
    const { namespace = "" } = pod.metadata;
    const metadata = {
      name,
      namespace,
      ownerReferences: [controllerReference(pod)],
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    };
    try {
      return await client.create("persistentvolumeclaims", { metadata, spec });
    } catch (error) {
      if (isApiError(error, "AlreadyExists")) return await client.get("persistentvolumeclaims", { namespace, name });
      throw new Error(`create PVC ${name}: ${describeError(error)}`, { cause: error });
    }
  }
}

function ephemeralVolumes(pod: Pod): readonly Volume[] {
  return (pod.spec.volumes ?? []).filter(({ ephemeral }) => ephemeral !== undefined);
}
