import type { Pod, Volume } from "@ordinal/api";

/** An object that files of a volume are made from. */
export interface ObjectReference {
  readonly resource: "configmaps" | "secrets";
  /** As `keyOf` makes it. */
  readonly key: string;
}

/** The objects that the pod's volumes follow. */
export function objectReferences(pod: Pod): readonly ObjectReference[] {
  const { namespace = "" } = pod.metadata;
  return (pod.spec.volumes ?? []).flatMap((volume) =>
    namesIn(volume).flatMap(({ configMap, secret }): ObjectReference[] => [
      ...(configMap === undefined ? [] : [{ resource: "configmaps", key: `${namespace}/${configMap}` } as const]),
      ...(secret === undefined ? [] : [{ resource: "secrets", key: `${namespace}/${secret}` } as const]),
    ]),
  );
}

/** What the downward API of the pod's volumes shows that may change while it runs; undefined where none does. */
export function downwardFacts({ metadata, spec }: Pod): string | undefined {
  const sources = (spec.volumes ?? []).flatMap(({ downwardAPI, projected }) => [
    downwardAPI,
    ...(projected?.sources ?? []).map((source) => source.downwardAPI),
  ]);
  if (sources.every((source) => source === undefined)) return undefined;
  return JSON.stringify([metadata.labels, metadata.annotations]);
}

interface Names {
  readonly configMap?: string | undefined;
  readonly secret?: string | undefined;
}

function namesIn({ configMap, secret, projected }: Volume): readonly Names[] {
  const sources = (projected?.sources ?? []).map((source): Names => ({
    configMap: source.configMap?.name,
    secret: source.secret?.name,
  }));
  return [{ configMap: configMap?.name, secret: secret?.secretName }, ...sources];
}
