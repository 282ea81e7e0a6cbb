import { createHash } from "node:crypto";

/** The range localhost ports are taken from, both ends included. */
export const portRange = { first: 20_000, last: 29_999 } as const;

/** What a port is kept for: `<namespace>/<pod>/<container port>`. */
export type PortKey = string;

export const portKey = (pod: { readonly namespace: string; readonly name: string; readonly port: number }): PortKey =>
  `${pod.namespace}/${pod.name}/${pod.port}`;

/** The ports to try for a key, best first: one that follows from the key alone, then those after it, round the range. */
export function* candidates(key: PortKey): Generator<number> {
  const size = portRange.last - portRange.first + 1;
  const start = createHash("sha256").update(key).digest().readUInt32BE(0) % size;
  for (let step = 0; step < size; step += 1) yield portRange.first + ((start + step) % size);
}

/** The annotation: `80=20080,443=20443`, in the order of the container ports as the pod lists them. */
export function showPorts(pairs: readonly (readonly [containerPort: number, localPort: number])[]): string {
  return pairs.map(([containerPort, localPort]) => `${containerPort}=${localPort}`).join(",");
}
