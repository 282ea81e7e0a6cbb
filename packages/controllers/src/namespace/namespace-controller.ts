import { isApiError, isTerminating, kinds, qualifiedResource, type KubeObject, type Namespace } from "@ordinal/api";
import { keyOf, type Change } from "@ordinal/client";
import { describeError, timestamp, type Outcome, type Stoppable } from "@ordinal/runtime";
import type { ControllerOptions } from "../controller-options.ts";
import { startController } from "../controller.ts";
import { deletionConditions, mergedConditions, type Remains } from "./conditions.ts";

/** The finalizer that keeps a namespace until its content is gone. */
const contentFinalizer = "kubernetes";
/** Every namespace has it, and pods that name none run as it. */
const defaultServiceAccount = "default";

const namespacedKinds = kinds.filter((kind) => kind.namespaced);
/** Content that is not gone by itself is asked for again after this, as it may have appeared unseen. */
const lookAgain: Outcome = { againMs: 1_000 };

/**
 * Gives every namespace its `default` ServiceAccount, and empties a namespace that is being deleted before it lets go of it.
 * Source: `pkg/controller/namespace/deletion`, `pkg/controller/serviceaccount`.
 */
export function startNamespaceController({ client, clock, log, informers }: ControllerOptions): Stoppable {
  const namespaces = informers.of("namespaces");
  const accounts = informers.of("serviceaccounts");
  const controller = startController({ name: "namespace", clock, log, reads: [namespaces, accounts], reconcile });
  controller.follow(namespaces, ({ before, after }) => [before, after].filter((each) => each !== undefined).map(keyOf));
  for (const { plural } of namespacedKinds) {
    if (plural !== "events") controller.follow(informers.of(plural), namespaceOfRemoval);
  }
  return controller;

  async function reconcile(name: string): Promise<Outcome> {
    const namespace = namespaces.get(name);
    if (namespace === undefined) return {};
    if (isTerminating(namespace)) return await empty(namespace);
    if (accounts.get(`${name}/${defaultServiceAccount}`) === undefined) await createDefaultAccount(name);
    return {};
  }

  async function createDefaultAccount(namespace: string): Promise<void> {
    try {
      await client.create("serviceaccounts", { metadata: { name: defaultServiceAccount, namespace } });
    } catch (error) {
      // Made meanwhile, or the namespace has just been deleted.
      if (!isApiError(error, "AlreadyExists", "NotFound", "Forbidden")) throw error;
    }
  }

  async function empty(namespace: Namespace): Promise<Outcome> {
    const { name } = namespace.metadata;
    if (!(namespace.spec?.finalizers ?? []).includes(contentFinalizer)) return {};
    const failures = await deleteContent(name);
    const remains = await remainsOf(name, failures);
    await writeConditions(namespace, remains);
    if (Object.keys(remains.resources).length > 0 || failures.length > 0) return lookAgain;
    await finalize(namespace);
    return {};
  }

  /** Asks for the deletion of everything that is not going already; what the API refuses comes back as text. */
  async function deleteContent(namespace: string): Promise<readonly string[]> {
    const failures: string[] = [];
    for (const { plural } of namespacedKinds) {
      const { items } = await client.list(plural, { namespace });
      for (const object of items.filter((each) => !isTerminating(each))) {
        const { name, uid } = object.metadata;
        try {
          await client.delete(plural, { namespace, name }, { propagation: "Background", preconditions: { uid } });
        } catch (error) {
          if (!isApiError(error, "NotFound", "Conflict")) failures.push(describeError(error));
        }
      }
    }
    return failures;
  }

  async function remainsOf(namespace: string, failures: readonly string[]): Promise<Remains> {
    const resources: Record<string, number> = {};
    const finalizers: Record<string, number> = {};
    for (const kind of namespacedKinds) {
      const { items } = await client.list(kind.plural, { namespace });
      if (items.length > 0) resources[kind.group === "" ? `${kind.plural}.` : qualifiedResource(kind)] = items.length;
      for (const finalizer of items.flatMap((each) => each.metadata.finalizers ?? [])) {
        finalizers[finalizer] = (finalizers[finalizer] ?? 0) + 1;
      }
    }
    return { resources, finalizers, failures };
  }

  async function writeConditions(namespace: Namespace, remains: Remains): Promise<void> {
    const next = deletionConditions(remains, timestamp(clock.now()));
    const conditions = mergedConditions(namespace.status?.conditions ?? [], next);
    if (conditions === undefined) return;
    const { name, uid } = namespace.metadata;
    const fresh = await client.get("namespaces", { name });
    if (fresh.metadata.uid !== uid) return;
    await client.update("namespaces", { ...fresh, status: { ...fresh.status, conditions } }, { subresource: "status" });
  }

  async function finalize({ metadata: { name, uid } }: Namespace): Promise<void> {
    const fresh = await client.get("namespaces", { name });
    if (fresh.metadata.uid !== uid) return;
    const finalizers = (fresh.spec?.finalizers ?? []).filter((each) => each !== contentFinalizer);
    await client.update("namespaces", { ...fresh, spec: { ...fresh.spec, finalizers } }, { subresource: "finalize" });
  }
}

/** A removal lets a terminating namespace come closer to its end, and may have taken a default account. */
function namespaceOfRemoval({ before, after }: Change<KubeObject>): readonly string[] {
  const { namespace = "" } = before?.metadata ?? {};
  return after === undefined && namespace !== "" ? [namespace] : [];
}
