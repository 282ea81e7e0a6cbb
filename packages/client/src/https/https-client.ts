import { kindOf, wellKnown, type ObjectOf, type ResourceName } from "@ordinal/api";
import type { Clock, Logger, Stoppable } from "@ordinal/runtime";
import type { Client, PatchType, Ref, WriteOptions } from "../client.ts";
import type { ClusterAccess } from "./cluster-access.ts";
import { createConnection, type Call } from "./connection.ts";
import { followWatch } from "./follow-watch.ts";
import { listQuery, pathOf, watchQuery, writeQuery, type Place } from "./resource-path.ts";
import { readDeleted, readList, wireDeleteOptions, withKind, type WireList } from "./wire-objects.ts";

export interface HttpsClientOptions {
  readonly access: ClusterAccess;
  readonly clock: Clock;
  readonly log: Logger;
  /** How long an answer may take; for a watch, its beginning. Defaults to 30 000. */
  readonly requestTimeoutMs?: number;
  /** Sent as User-Agent; API servers take the field manager's name from it. Defaults to `ordinal`. */
  readonly userAgent?: string;
  /** The longest event of a watch that is accepted. Defaults to 16 MiB. */
  readonly maxEventBytes?: number;
}

/** Stopping ends every request under way and closes the kept connections. */
export interface HttpsClient extends Client, Stoppable {}

const patchContentTypes: Readonly<Record<PatchType, string>> = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
};

/** A `Client` of any Kubernetes API server. Connects when it is first asked something. */
export function createHttpsClient(options: HttpsClientOptions): HttpsClient {
  const { access, clock, log } = options;
  const { requestTimeoutMs = 30_000, userAgent = "ordinal", maxEventBytes = 16 * 2 ** 20 } = options;
  const connection = createConnection({ access, clock, requestTimeoutMs, userAgent });
  const logWarning = (text: string): void => log.warn("the API server warns", { server: access.server, text });

  async function ask(call: Call, { onWarning = logWarning }: WriteOptions = {}): Promise<unknown> {
    const { body, warnings } = await connection.ask(call);
    for (const warning of warnings) onWarning(warning);
    return body;
  }

  async function askFor<R extends ResourceName>(
    resource: R,
    call: Call,
    writeOptions: WriteOptions = {},
  ): Promise<ObjectOf<R>> {
    const path = `${call.path}${writeQuery(writeOptions)}`;
    return withKind(resource, (await ask({ ...call, path }, writeOptions)) as ObjectOf<R>);
  }

  /** The second step of a write with a status: of what was written, only while it is so. */
  async function putStatus<R extends ResourceName>(
    resource: R,
    { written, wished, writeOptions }: { written: ObjectOf<R>; wished: object; writeOptions: WriteOptions },
  ): Promise<ObjectOf<R>> {
    if (!("status" in wished)) return written;
    const path = pathOf(resource, placeOf(written.metadata, "status"));
    const body = withKind(resource, { ...written, status: wished.status });
    return await askFor(resource, { method: "PUT", path, body }, writeOptions);
  }

  return {
    get: async (resource, at) => await askFor(resource, { method: "GET", path: pathOf(resource, placeOf(at)) }),

    async list(resource, where = {}) {
      const path = `${pathOf(resource, collectionOf(where))}${listQuery(where)}`;
      return readList(resource, (await ask({ method: "GET", path })) as WireList<ObjectOf<typeof resource>>);
    },

    watch(resource, where) {
      const path = `${pathOf(resource, collectionOf(where))}${watchQuery(where)}`;
      return followWatch({ connection, path, signal: where.signal, maxEventBytes });
    },

    async create(resource, object, { withStatus = false, ...writeOptions } = {}) {
      const { namespace = wellKnown.defaultNamespace } = object.metadata;
      const path = pathOf(resource, kindOf(resource).namespaced ? { namespace } : {});
      const written = await askFor(resource, { method: "POST", path, body: withKind(resource, object) }, writeOptions);
      return withStatus ? await putStatus(resource, { written, wished: object, writeOptions }) : written;
    },

    async update(resource, object, { withStatus = false, ...writeOptions } = {}) {
      const path = pathOf(resource, placeOf(object.metadata, writeOptions.subresource));
      const written = await askFor(resource, { method: "PUT", path, body: withKind(resource, object) }, writeOptions);
      return withStatus ? await putStatus(resource, { written, wished: object, writeOptions }) : written;
    },

    async patch(resource, at, patch) {
      const path = pathOf(resource, placeOf(at, patch.subresource));
      const contentType = patchContentTypes[patch.type];
      return await askFor(resource, { method: "PATCH", path, body: patch.body, contentType }, patch);
    },

    async delete(resource, at, deleteOptions = {}) {
      const path = `${pathOf(resource, placeOf(at))}${writeQuery(deleteOptions)}`;
      const body = wireDeleteOptions(deleteOptions);
      return readDeleted(resource, at, await ask({ method: "DELETE", path, body }, deleteOptions));
    },

    async bind(pod, nodeName) {
      const path = pathOf("pods", placeOf(pod, "binding"));
      const target = { apiVersion: "v1", kind: "Node", name: nodeName };
      await ask({ method: "POST", path, body: { apiVersion: "v1", kind: "Binding", metadata: pod, target } });
    },

    stop: async () => await connection.stop(),
  };
}

function placeOf({ namespace, name }: Ref, subresource?: string): Place {
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(subresource === undefined ? {} : { subresource }),
  };
}

function collectionOf({ namespace }: { readonly namespace?: string }): Place {
  return namespace === undefined ? {} : { namespace };
}
