import { ApiError, invalid, validateCreate, type Kind, type KubeObject, type ObjectMeta } from "@ordinal/api";
import type { WriteOptions } from "@ordinal/client";
import { timestamp } from "@ordinal/runtime";
import { decode } from "../admission/decode.ts";
import type { Context } from "../context.ts";
import { alreadyExists } from "../failures.ts";
import { generateName } from "../generate-name.ts";
import { objectKey } from "../object-key.ts";
import { strategyOf } from "../strategy/strategies.ts";

/** How often a generated name may hit one that is taken. */
const mostNames = 8;

/** Stores a new object. Throws ApiError AlreadyExists, Invalid, BadRequest, NotFound or Forbidden (its namespace). */
export async function createObject(
  context: Context,
  kind: Kind,
  { draft, options }: { readonly draft: unknown; readonly options: WriteOptions },
): Promise<KubeObject> {
  const decoded = checkScope(kind, decode(kind, draft, options));
  const { name = "", generateName: base = "" } = decoded.metadata;
  const attempts = name === "" && base !== "" ? mostNames : 1;
  for (let attempt = 1; ; attempt += 1) {
    const named = withNewMetadata(context, kind, {
      ...decoded,
      metadata: { ...decoded.metadata, name: name || generated(base) },
    });
    const stored = await storeNew(context, kind, { named, options });
    if (stored !== undefined) return stored;
    if (attempt >= attempts) throw alreadyExists(kind, named.metadata.name);
  }
}

/** Undefined when there is an object of that name already. */
async function storeNew(
  context: Context,
  kind: Kind,
  { named, options }: { readonly named: KubeObject; readonly options: WriteOptions },
): Promise<KubeObject | undefined> {
  const { objects, admission, clock } = context;
  const completed = await admission.complete(kind, named);
  const prepared = strategyOf(kind.plural).onCreate(completed, clock.now());
  const causes = validateCreate(kind, prepared);
  if (causes.length > 0) throw invalid(kind, prepared.metadata.name, causes);

  const key = objectKey(kind, prepared.metadata);
  if ((await objects.get(key)) !== undefined) return undefined;
  const admitted = admission.reserve(kind, prepared, undefined);
  try {
    if (options.dryRun === true) {
      admitted.undo();
      return admitted.object;
    }
    const stored = await objects.put(key, admitted.object, undefined);
    if (stored === undefined) admitted.undo();
    return stored;
  } catch (error) {
    admitted.undo();
    throw error;
  }
}

function withNewMetadata(context: Context, kind: Kind, object: KubeObject): KubeObject {
  const { deletionTimestamp, deletionGracePeriodSeconds, generation, managedFields, ...given } = object.metadata;
  const metadata: ObjectMeta = {
    ...given,
    uid: crypto.randomUUID(),
    creationTimestamp: timestamp(context.clock.now()),
    ...(strategyOf(kind.plural).hasGeneration ? { generation: 1 } : {}),
  };
  return { ...object, metadata };
}

function checkScope(kind: Kind, object: KubeObject): KubeObject {
  const { namespace = "", resourceVersion = "", ...metadata } = object.metadata;
  if (resourceVersion !== "") {
    throw new ApiError("BadRequest", "resourceVersion should not be set on objects to be created");
  }
  if (!kind.namespaced) return { ...object, metadata: metadata as ObjectMeta };
  if (namespace === "") throw new ApiError("BadRequest", "an empty namespace may not be set during creation");
  return { ...object, metadata: { ...(metadata as ObjectMeta), namespace } };
}

function generated(base: string): string {
  return base === "" ? "" : generateName(base);
}
