import { encodeData, codeOf } from "../records/record-types.ts";
import { labelCountOf, parentOf } from "../wire/name.ts";

/** An address that is its own name. */
export interface PodAddress {
  /** The code of A or AAAA. */
  readonly type: number;
  readonly data: string;
  /** The name that says that the namespace exists. */
  readonly namespaceName: string;
}

/**
 * The address a name like `10-244-0-5.default.pod` spells, or undefined for any other name; takes wire labels relative to
 * the zone. Source: the Kubernetes DNS specification §2.3.1 and CoreDNS plugin/kubernetes `findPods`.
 */
export function spelledAddress(name: string): PodAddress | undefined {
  if (!name.endsWith("\x03pod") || labelCountOf(name) !== 3) return undefined;
  const label = name.slice(1, 1 + name.charCodeAt(0));
  const isIPv4 = label.split("-").length === 4 && !label.includes("--");
  const type = isIPv4 ? "A" : "AAAA";
  const data = encodeData({ type, data: label.replaceAll("-", isIPv4 ? "." : ":") });
  if (data === undefined) return undefined;
  const namespace = (parentOf(name) ?? "").slice(0, -"\x03pod".length);
  return { type: codeOf(type), data, namespaceName: `${namespace}\x03svc` };
}
