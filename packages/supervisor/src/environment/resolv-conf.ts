import type { Pod } from "@ordinal/api";

export interface ResolvConfOptions {
  readonly clusterDomain: string;
  /** The address of the cluster's DNS. */
  readonly dnsAddress: string;
  /** The host's own resolv.conf, for dnsPolicy Default. */
  readonly hostResolvConf: string;
}

interface Resolver {
  readonly nameservers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

/**
 * The pod's whole /etc/resolv.conf, by dnsPolicy and dnsConfig. The host's own search
 * domains are left out of ClusterFirst: the cluster's DNS refuses what is outside its zone. Source: kubelet `network/dns`.
 */
export function resolvConf(pod: Pod, options: ResolvConfOptions): string {
  return show(withConfig(byPolicy(pod, options), pod.spec.dnsConfig));
}

function byPolicy(pod: Pod, { clusterDomain, dnsAddress, hostResolvConf }: ResolvConfOptions): Resolver {
  const policy = pod.spec.dnsPolicy ?? "ClusterFirst";
  if (policy === "None") return { nameservers: [], searches: [], options: [] };
  const usesHost = policy === "Default" || (policy === "ClusterFirst" && pod.spec.hostNetwork === true);
  if (usesHost) return read(hostResolvConf);
  const zone = `svc.${clusterDomain}`;
  return {
    nameservers: [dnsAddress],
    searches: [`${pod.metadata.namespace ?? ""}.${zone}`, zone, clusterDomain],
    options: ["ndots:5"],
  };
}

function withConfig(resolver: Resolver, config: Pod["spec"]["dnsConfig"]): Resolver {
  if (config === undefined) return resolver;
  const added = (config.options ?? []).map(({ name = "", value }) => (value === undefined ? name : `${name}:${value}`));
  const replaced = new Set(added.map(optionName));
  return {
    nameservers: unique([...resolver.nameservers, ...(config.nameservers ?? [])]),
    searches: unique([...resolver.searches, ...(config.searches ?? [])]),
    options: [...resolver.options.filter((option) => !replaced.has(optionName(option))), ...added],
  };
}

function read(text: string): Resolver {
  const lines = text.split("\n").map((line) => line.trim().split(/\s+/));
  const values = (keyword: string): readonly string[][] =>
    lines.filter(([first]) => first === keyword).map(([, ...rest]) => rest);
  return {
    nameservers: values("nameserver").flat(),
    searches: values("search").at(-1) ?? [],
    options: values("options").flat(),
  };
}

function show({ nameservers, searches, options }: Resolver): string {
  const lines = [
    ...(searches.length === 0 ? [] : [`search ${searches.join(" ")}`]),
    ...nameservers.map((address) => `nameserver ${address}`),
    ...(options.length === 0 ? [] : [`options ${options.join(" ")}`]),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

const unique = (values: readonly string[]): readonly string[] => [...new Set(values)];
const optionName = (option: string): string => option.split(":")[0] ?? option;
