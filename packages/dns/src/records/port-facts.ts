import { factAt, type NameAt } from "./address.ts";
import type { Fact } from "./fact.ts";

/** A port as services and slices both have it. */
export interface Port {
  readonly name?: string;
  readonly port?: number;
  readonly protocol?: string;
}

/**
 * The SRV records at a service that lead to one target: at the service's own name for every port (peer finders ask there),
 * and at `_port._protocol` for each named one. A slice's port without number stands for all ports and has no record.
 * Source: Kubernetes DNS specification §2.3.2, §2.4.2; CoreDNS plugin/kubernetes, `findServices`.
 */
export function portFacts(at: NameAt, ports: readonly Port[], target: string): readonly Fact[] {
  return ports.flatMap((port) => {
    const record = portRecord(port, target);
    if (record === undefined) return [];
    const fact = factAt(at, record);
    if (!port.name) return [fact];
    const label = `_${port.name}._${port.protocol ?? "TCP"}`.toLowerCase();
    return [fact, { ...fact, name: `${label}.${at.name}` }];
  });
}

export function portRecord({ port }: Port, target: string): Fact["record"] {
  return port === undefined ? undefined : { type: "SRV", data: `${port} ${target}` };
}
