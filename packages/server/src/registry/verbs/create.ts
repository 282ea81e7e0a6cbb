import { ApiError, invalid, validateCreate, type Kind, type KubeObject, type ObjectMeta } from "@ordinal/api";
import type { CreateOptions } from "@ordinal/client";
import { timestamp } from "@ordinal/runtime";
import { decode } from "../admission/decode.ts";
import type { Context } from "../context.ts";
import { alreadyExists } from "../failures.ts";
import { generateName } from "../generate-name.ts";
import { givenMetadata, type GivenObject } from "../metadata.ts";
import { objectKey } from "../object-key.ts";
import { omit } from "../omit.ts";
import { strategyOf } from "../strategy/strategies.ts";

/** How often a generated name may hit one that is taken. */
const mostNames = 8;

/** Stores a new object. Throws ApiError AlreadyExists, Invalid, BadRequest, NotFound or Forbidden (its namespace). */
export async function createObject(
  context: Context,
  kind: Kind,
  { draft, options }: { readonly draft: unknown; readonly options: CreateOptions },
): Promise<KubeObject> {
  const given = decode(kind, draft, options);
  checkDraft(kind, given);
  const { name = "", generateName: base = "" } = given.metadata;
  const attempts = name === "" && base !== "" ? mostNames : 1;
  for (let attempt = 1; ; attempt += 1) {
    const ownName = name === "" && base !== "" ? generateName(base) : name;
    const stored = await storeNew(context, kind, { object: asNew(context, kind, { given, name: ownName }), options });
    if (stored !== undefined) return stored;
    if (attempt >= attempts) throw alreadyExists(kind, ownName);
  }
}

function checkDraft(kind: Kind, { metadata }: GivenObject): void {
  if ((metadata.resourceVersion ?? "") !== "") {
    throw new ApiError("BadRequest", "resourceVersion should not be set on objects to be created");
  }
  if (kind.namespaced && (metadata.namespace ?? "") === "") {
    throw new ApiError("BadRequest", "an empty namespace may not be set during creation");
  }
}

/** The object with what the server gives to a new one; the resourceVersion comes with the write. */
function asNew(
  context: Context,
  kind: Kind,
  { given, name }: { readonly given: GivenObject; readonly name: string },
): KubeObject {
  const said = givenMetadata(given.metadata);
  const metadata: Omit<ObjectMeta, "resourceVersion"> = {
    ...(kind.namespaced ? said : omit(said, ["namespace"])),
    name,
    uid: crypto.randomUUID(),
    creationTimestamp: timestamp(context.clock.now()),
    ...(strategyOf(kind.plural).hasGeneration ? { generation: 1 } : {}),
  };
  return { ...given, metadata: metadata as ObjectMeta };
}

/** Undefined when there is an object of that name already. */
async function storeNew(
  context: Context,
  kind: Kind,
  { object, options }: { readonly object: KubeObject; readonly options: CreateOptions },
): Promise<KubeObject | undefined> {
  const { objects, admission, clock } = context;
  const completed = await admission.complete(kind, object);
  const begun = strategyOf(kind.plural).onCreate(completed, clock.now());
  const prepared =
    options.withStatus === true ? withStatus(kind, begun, { wished: completed, nowMs: clock.now() }) : begun;
  const causes = validateCreate(kind, prepared);
  if (causes.length > 0) throw invalid(kind, prepared.metadata.name, causes);

  const key = objectKey(kind, prepared.metadata);
  if ((await objects.get(key)) !== undefined) return undefined;
  const admitted = admission.reserve(kind, prepared, undefined);
  let stored: KubeObject | undefined;
  try {
    if (options.dryRun === true) return admitted.object;
    stored = await objects.put(key, admitted.object, undefined);
    return stored;
  } finally {
    if (stored === undefined) admitted.undo();
  }
}

/** A new object with what is wished in its status, beside what the server has put there. */
function withStatus(
  kind: Kind,
  object: KubeObject & { readonly status?: object },
  { wished, nowMs }: { readonly wished: KubeObject & { readonly status?: object }; readonly nowMs: number },
): KubeObject {
  const status = { ...object.status, ...wished.status };
  return strategyOf(kind.plural).onStatusUpdate({ ...object, status } as KubeObject, object, nowMs);
}
