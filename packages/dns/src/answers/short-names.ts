import { dashed, readAddress } from "../records/address.ts";
import { wireName } from "../wire/name.ts";
import { setOf, type NameNode } from "../zone/name-table.ts";
import type { Tables } from "../zone/zone-data.ts";
import { types } from "../wire/constants.ts";

/** More labels than this and a pod's resolver takes a name for whole. Source: Kubernetes' `ndots:5`. */
const mostLabels = 5;

/**
 * What a name like `web-0.nginx` means to the pod that asks for it, or undefined where it means nothing to it. Resolvers
 * put the search list of `resolv.conf` behind such a name before they ask; busybox' nslookup, since 1.29, does not where the
 * name has a dot, and asks for the name as it stands. What the search list would have found is found here.
 */
export function shortNameNode(
  name: string,
  { labels, address, tables }: { readonly labels: number; readonly address: string; readonly tables: Tables },
): NameNode | undefined {
  if (labels === 0 || labels > mostLabels) return undefined;
  const namespace = namespaceOf(address, tables);
  if (namespace === undefined) return undefined;
  for (const suffix of [`${namespace}\x03svc`, "\x03svc", ""]) {
    const node = tables.cluster.find(name + suffix);
    if (node !== undefined && node.sets.length > 0) return node;
  }
  return undefined;
}

/** The wire label of the namespace of the pod with this address; pods that share an address (of the host) have none. */
function namespaceOf(address: string, { pods }: Tables): string | undefined {
  const read = readAddress(address);
  const name = read === undefined ? undefined : wireName(dashed(read));
  const set = setOf((name === undefined ? undefined : pods.find(name))?.sets ?? [], types.TXT);
  return set?.records.length === 1 ? set.records[0] : undefined;
}
