import type { PersistentVolumeClaim, Service } from "@ordinal/api";
import type { ObjectStore } from "../object-store.ts";
import type { Admission } from "./admission.ts";
import { checkClaimResize } from "./claim-resize.ts";
import { withDefaultClass } from "./default-class.ts";
import type { LimitRanges } from "./limit-ranges.ts";
import { checkNamespace, checkNamespaceDelete } from "./namespace-lifecycle.ts";
import type { QuotaGuard } from "./quota-guard.ts";
import type { ServiceAddresses } from "./service-addresses.ts";
import { withStorageProtection } from "./storage-protection.ts";

/** What admission remembers of the objects there are. */
export interface Keepers {
  readonly addresses: ServiceAddresses;
  readonly ranges: LimitRanges;
  readonly quotas: QuotaGuard;
}

/** The admission that upstream turns on by default, as far as the served kinds need it. */
export function createAdmission(objects: ObjectStore, { addresses, ranges, quotas }: Keepers): Admission {
  return {
    async complete(kind, object) {
      if (kind.namespaced) await checkNamespace(objects, kind, object);
      await quotas.ready(object.metadata.namespace ?? "");
      const guarded = withStorageProtection(kind, ranges.complete(kind, object));
      if (kind.plural !== "persistentvolumeclaims") return guarded;
      return await withDefaultClass(objects, guarded as PersistentVolumeClaim);
    },
    async checkUpdate(kind, next, before) {
      await quotas.ready(next.metadata.namespace ?? "");
      if (kind.plural !== "persistentvolumeclaims") return;
      await checkClaimResize(objects, next as PersistentVolumeClaim, before as PersistentVolumeClaim);
    },
    reserve(kind, next, before) {
      ranges.check(kind, next, before);
      const giveBack = quotas.reserve({ kind, next, before });
      try {
        const admitted =
          kind.plural === "services"
            ? addresses.reserve(next as Service, before as Service | undefined)
            : { object: next, undo() {} };
        return {
          object: admitted.object,
          undo() {
            admitted.undo();
            giveBack();
          },
        };
      } catch (error) {
        giveBack();
        throw error;
      }
    },
    checkDelete(kind, name) {
      if (kind.plural === "namespaces") checkNamespaceDelete(kind, name);
    },
  };
}
