import type { Kind, KubeObject } from "@ordinal/api";
import type { Ref } from "@ordinal/client";
import type { Admitted } from "../admission/admission.ts";
import type { Context } from "../context.ts";
import { notFound } from "../failures.ts";
import { objectKey } from "../object-key.ts";

/** What is to become of an object. */
export type Decision =
  | { readonly do: "nothing" }
  | { readonly do: "put"; readonly admitted: Admitted }
  /** The object goes; `last` is how it is shown a last time, if not as it is. */
  | { readonly do: "delete"; readonly last?: KubeObject };

export interface ChangeOptions {
  readonly dryRun?: boolean | undefined;
  /** Decides on the object as it is now; called again when somebody else wrote in between. Throws to refuse. */
  readonly decide: (current: KubeObject) => Promise<Decision> | Decision;
}

/** Changes one object by compare-and-swap, as often as it takes. Gives back the object as it is then, or was last. */
export async function changeObject(
  { objects }: Pick<Context, "objects">,
  kind: Kind,
  { at, dryRun, decide }: ChangeOptions & { readonly at: Ref },
): Promise<KubeObject> {
  const key = objectKey(kind, at);
  for (;;) {
    const current = await objects.get(key);
    if (current === undefined) throw notFound(kind, at.name);
    const decision = await decide(current);
    switch (decision.do) {
      case "nothing":
        return current;
      case "delete": {
        const isDone = dryRun === true || (await objects.delete(key, current));
        if (isDone) return decision.last ?? current;
        break;
      }
      case "put": {
        const { admitted } = decision;
        const stored =
          dryRun === true ? undefined : await putOrUndo(admitted, () => objects.put(key, admitted.object, current));
        if (stored !== undefined) return stored;
        admitted.undo();
        if (dryRun === true) return admitted.object;
        break;
      }
    }
  }
}

async function putOrUndo<T>(admitted: Admitted, put: () => Promise<T>): Promise<T> {
  try {
    return await put();
  } catch (error) {
    admitted.undo();
    throw error;
  }
}

/** For changes that reserve nothing. */
export function plainly(object: KubeObject): Decision {
  return { do: "put", admitted: { object, undo() {} } };
}
