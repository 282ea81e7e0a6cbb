import type { PersistentVolumeClaim, Service } from "@ordinal/api";
import type { ObjectStore } from "../object-store.ts";
import type { Admission } from "./admission.ts";
import { checkClaimResize } from "./claim-resize.ts";
import { withDefaultClass } from "./default-class.ts";
import { checkNamespace, checkNamespaceDelete } from "./namespace-lifecycle.ts";
import type { ServiceAddresses } from "./service-addresses.ts";
import { withStorageProtection } from "./storage-protection.ts";

/** The admission that upstream turns on by default, as far as the served kinds need it. */
export function createAdmission(objects: ObjectStore, addresses: ServiceAddresses): Admission {
  return {
    async complete(kind, object) {
      if (kind.namespaced) await checkNamespace(objects, kind, object);
      const guarded = withStorageProtection(kind, object);
      if (kind.plural !== "persistentvolumeclaims") return guarded;
      return await withDefaultClass(objects, guarded as PersistentVolumeClaim);
    },
    async checkUpdate(kind, next, before) {
      if (kind.plural !== "persistentvolumeclaims") return;
      await checkClaimResize(objects, next as PersistentVolumeClaim, before as PersistentVolumeClaim);
    },
    reserve(kind, next, before) {
      if (kind.plural !== "services") return { object: next, undo() {} };
      return addresses.reserve(next as Service, before as Service | undefined);
    },
    checkDelete(kind, name) {
      if (kind.plural === "namespaces") checkNamespaceDelete(kind, name);
    },
  };
}
