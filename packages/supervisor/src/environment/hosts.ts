import type { Pod } from "@ordinal/api";

/** The host name inside the pod; what is longer than a host name may be is cut. Source: kubelet `GeneratePodHostNameAndDomain`. */
export function podHostname(pod: Pod): string {
  return (pod.spec.hostname ?? pod.metadata.name).slice(0, 63).replace(/[-.]+$/, "");
}

/** Lines of /etc/hosts about the pod itself and its hostAliases; `{address}` stands for its own address. */
export function hostsLines(pod: Pod, clusterDomain: string): readonly string[] {
  const hostname = podHostname(pod);
  const { subdomain, hostAliases = [] } = pod.spec;
  const domain = `${subdomain}.${pod.metadata.namespace ?? ""}.svc.${clusterDomain}`;
  const own = subdomain === undefined || subdomain === "" ? hostname : `${hostname}.${domain}\t${hostname}`;
  return [`{address}\t${own}`, ...hostAliases.map(({ ip, hostnames = [] }) => `${ip}\t${hostnames.join("\t")}`)];
}
