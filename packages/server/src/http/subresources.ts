import { ApiError, checkType, decodingError, type Scale, type Status } from "@ordinal/api";
import type { Ref, WriteOptions } from "@ordinal/client";
import { scaleTable } from "../tables/workloads.ts";
import { chooseShape } from "./accept.ts";
import { isObject, readObject, type WireObject } from "./body.ts";
import { created, ok, type Answer } from "./exchange.ts";
import { readWriteOptions } from "./options.ts";
import { methodNotAllowed } from "./failures.ts";
import { present, type Target } from "./read.ts";
import type { Services } from "./services.ts";
import { readPatch } from "./write.ts";

const scaleKind = { version: "v1", kind: "Scale" };
const bindingKind = { version: "v1", kind: "Binding" };

/** GET, PUT and PATCH of `statefulsets/scale`. */
export async function serveScale(services: Services, target: Target & { at: Ref }): Promise<Answer> {
  const shape = chooseShape(target.exchange.request.headers.accept);
  const scale = await scaleAfter(services, target);
  return ok(present(scale, { ...target, services, shape }, scaleTable));
}

async function scaleAfter({ registry }: Services, target: Target & { at: Ref }): Promise<Scale> {
  const { exchange, at } = target;
  switch (exchange.method) {
    case "GET":
      return await registry.getScale("statefulsets", at);
    case "PUT":
      return await registry.updateScale("statefulsets", ...(await readScale(target)));
    case "PATCH": {
      const patch = await readPatch(target, readWriteOptions(exchange.query, exchange.warn));
      return await registry.patchScale("statefulsets", at, patch);
    }
    default:
      throw methodNotAllowed();
  }
}

/** POST of `pods/binding`: puts the pod on a node. */
export async function bindPod(services: Services, { exchange, route, at }: Target & { at: Ref }): Promise<Answer> {
  const body = await readObject(exchange, bindingKind, readWriteOptions(exchange.query, exchange.warn));
  const { target, metadata } = body;
  const node = isObject(target) ? target["name"] : undefined;
  if (typeof node !== "string" || node === "") {
    throw new ApiError("Invalid", 'Binding "" is invalid: target.name: Required value');
  }
  const name =
    at.name === "" && isObject(metadata) && typeof metadata["name"] === "string" ? metadata["name"] : at.name;
  await services.registry.bind(
    { ...(route.namespace === undefined ? {} : { namespace: route.namespace }), name },
    node,
  );
  const status: Status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 };
  return created(status);
}

async function readScale({
  exchange,
  at,
}: Target & { at: Ref }): Promise<readonly [scale: Scale, options: WriteOptions]> {
  const options = readWriteOptions(exchange.query, exchange.warn);
  const body = await readObject(exchange, scaleKind, options);
  const { pruned, wrongTypes } = checkType("autoscaling/v1.Scale", body);
  const [wrongType] = wrongTypes;
  if (wrongType !== undefined) throw decodingError(scaleKind, wrongType);
  const { metadata, ...scale } = pruned as WireObject & { readonly metadata?: WireObject };
  return [{ ...scale, metadata: { ...metadata, ...at } } as unknown as Scale, options];
}
