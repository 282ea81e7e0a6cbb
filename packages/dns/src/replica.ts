import { systemClock } from "@ordinal/runtime";
import type { Outside } from "./answers/outside.ts";
import type { Transport } from "./answers/respond.ts";
import { createServing, type Serving, type ServingParts, type ServingSettings } from "./answers/serving.ts";
import { composeError } from "./answers/compose.ts";
import type { Transfer } from "./answers/transfer.ts";
import type { Replica, ReplicaParts } from "./listen/worker.ts";
import { tidyHeap } from "./tidy-heap.ts";
import { createObserver, type ObserverSettings } from "./observe/observer.ts";
import type { Fact } from "./records/fact.ts";
import { rcodes } from "./wire/constants.ts";

/** What a thread's copy is made with. */
export interface ReplicaStart extends ReplicaSettings {
  /** Where it counts its queries. */
  readonly memory: SharedArrayBuffer;
}

/** What can change meanwhile. */
export interface ReplicaSettings {
  readonly serving: ServingSettings;
  /** Whether the main thread asks others about names outside our zones, and hands out zones. */
  readonly hasOutside: boolean;
  readonly hasTransfer: boolean;
  readonly observer: ObserverSettings;
}

/** What the main thread tells its threads, in the order in which it did the same itself. */
export type ReplicaChange =
  | { readonly is: "facts"; readonly before: readonly Fact[]; readonly after: readonly Fact[] }
  | { readonly is: "serial"; readonly serial: number }
  | { readonly is: "synced" }
  | { readonly is: "settings"; readonly settings: ReplicaSettings };

/** What a thread asks of the main thread, which alone has sockets to upstreams and a list of who may have zones. */
export type ReplicaRequest =
  | { readonly is: "ask"; readonly query: Uint8Array; readonly transport: Transport }
  | { readonly is: "resolve"; readonly name: string; readonly type: number }
  | { readonly is: "query"; readonly query: Uint8Array; readonly transport: Transport; readonly address: string };

/** A thread's copy of what is served. */
export function createReplica({ settings, ask, log }: ReplicaParts<ReplicaStart>): Replica<ReplicaChange> {
  let isSynced = false;
  const outside = outsideThrough(ask);
  const transfer = transferThrough(ask);
  const partsOf = ({ hasOutside, hasTransfer }: ReplicaSettings): ServingParts => ({
    isSynced: () => isSynced,
    outside: hasOutside ? outside : undefined,
    transfer: hasTransfer ? transfer : undefined,
  });
  const serving = createServing(settings.serving, partsOf(settings));
  const observer = createObserver(settings.observer, { memory: settings.memory, clock: systemClock, log });
  return {
    respond: observer.wrap(serving.respond),
    apply(change) {
      switch (change.is) {
        case "facts":
          serving.apply(change.before, change.after);
          return;
        case "serial":
          for (const zone of serving.zones) zone.moveSerial(change.serial);
          return;
        case "synced":
          tidyHeap();
          isSynced = true;
          return;
        case "settings":
          serving.configure(change.settings.serving, partsOf(change.settings));
          void observer.configure(change.settings.observer);
          return;
      }
    },
  };
}

/** Does for a thread what it asked for. Never rejects. */
export async function helpReplica(
  request: ReplicaRequest,
  { serving, outside }: { readonly serving: Serving; readonly outside: Outside | undefined },
): Promise<unknown> {
  if (request.is === "resolve") return await outside?.resolve(request.name, request.type);
  const query = Buffer.from(request.query);
  if (request.is === "ask") return await outside?.ask(query, request.transport);
  const messages = await serving.respond(query, request.transport, request.address);
  if (messages === undefined) return [];
  return messages instanceof Buffer ? [messages] : messages;
}

type Ask = ReplicaParts<ReplicaStart>["ask"];

/** Where the main thread stopped asking others meanwhile, nobody answers; the asker comes again. */
function outsideThrough(ask: Ask): Outside {
  const request = async (wanted: ReplicaRequest): Promise<unknown> => await ask(wanted).catch(() => undefined);
  return {
    async ask(query, transport) {
      const answer = (await request({ is: "ask", query, transport })) as Uint8Array | undefined;
      return answer === undefined ? composeError(query, rcodes.SERVFAIL) : Buffer.from(answer);
    },
    async resolve(name, type) {
      const resolved = (await request({ is: "resolve", name, type })) as Awaited<ReturnType<Outside["resolve"]>>;
      return resolved ?? { rcode: rcodes.SERVFAIL, records: [] };
    },
  };
}

function transferThrough(ask: Ask): Transfer {
  return async ({ asked, transport, address }) => {
    const request: ReplicaRequest = { is: "query", query: asked.message, transport, address };
    const messages = (await ask(request).catch(() => [])) as readonly Uint8Array[];
    return messages.map((message) => Buffer.from(message));
  };
}
