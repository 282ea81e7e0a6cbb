import { keyOf, startInformer, type Client } from "@ordinal/client";
import type { Clock, Logger, Stoppable } from "@ordinal/runtime";
import type { ObjectReference } from "./references.ts";

/** Tells pods when an object changes that their volumes are made from. */
export interface ObjectFollower extends Stoppable {
  /** From now on; what changed before and was not seen yet is told too. Replaces what was said for the pod before. */
  follow(podUid: string, references: readonly ObjectReference[]): void;
  forget(podUid: string): void;
}

export interface ObjectFollowerOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onChange: (podUid: string) => void;
}

/** Config maps and secrets are watched from when the first pod asks for them. */
export function createObjectFollower({ client, clock, log, onChange }: ObjectFollowerOptions): ObjectFollower {
  const informers = new Map<ObjectReference["resource"], Stoppable>();
  /** Pods by `<resource> <key>`. */
  const followers = new Map<string, Set<string>>();
  const followed = new Map<string, readonly string[]>();

  function watch(resource: ObjectReference["resource"]): void {
    if (informers.has(resource)) return;
    const informer = startInformer(resource, { client, clock, log });
    informers.set(resource, informer);
    informer.onChange(({ before, after }) => {
      const object = after ?? before;
      if (object === undefined) return;
      for (const podUid of followers.get(nameOf({ resource, key: keyOf(object) })) ?? []) onChange(podUid);
    });
  }

  function forget(podUid: string): void {
    for (const name of followed.get(podUid) ?? []) {
      const pods = followers.get(name);
      pods?.delete(podUid);
      if (pods?.size === 0) followers.delete(name);
    }
    followed.delete(podUid);
  }

  return {
    follow(podUid, references) {
      forget(podUid);
      if (references.length === 0) return;
      followed.set(podUid, references.map(nameOf));
      for (const name of references.map(nameOf)) followers.set(name, (followers.get(name) ?? new Set()).add(podUid));
      for (const { resource } of references) watch(resource);
    },
    forget,
    async stop() {
      await Promise.all([...informers.values()].map((informer) => informer.stop()));
    },
  };
}

const nameOf = ({ resource, key }: ObjectReference): string => `${resource} ${key}`;
