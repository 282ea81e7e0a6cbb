import type { Service } from "@ordinal/api";
import { timeSince } from "./human-duration.ts";
import { ageColumn, column, nameColumn, wide, type TablePrinter } from "./table.ts";
import { formatLabels, orNone } from "./text.ts";

export const serviceTable: TablePrinter<Service> = {
  columns: [
    nameColumn,
    column("Type", "How the service is published."),
    column("Cluster-IP", "Address inside the cluster, None for a headless service."),
    column("External-IP", "Addresses outside the cluster."),
    column("Port(s)", "Ports, with the node port where there is one."),
    ageColumn,
    column("Selector", "Labels of the pods behind the service.", wide),
  ],
  cells: (service, nowMs) => [
    service.metadata.name,
    service.spec.type ?? "",
    orNone(service.spec.clusterIPs?.[0]),
    externalAddress(service),
    orNone((service.spec.ports ?? []).map(showPort).join(",")),
    timeSince(service.metadata.creationTimestamp, nowMs),
    formatLabels(service.spec.selector),
  ],
};

function externalAddress(service: Service): string {
  const own = service.spec.externalIPs ?? [];
  switch (service.spec.type ?? "") {
    case "ClusterIP":
    case "NodePort":
      return orNone(own.join(","));
    case "LoadBalancer":
      return [...balancerAddresses(service), ...own].join(",") || "<pending>";
    case "ExternalName":
      return service.spec.externalName ?? "";
    default:
      return "<unknown>";
  }
}

function balancerAddresses(service: Service): readonly string[] {
  const ingress = service.status?.loadBalancer?.ingress ?? [];
  const addresses = ingress.map(({ ip, hostname }) => ip || hostname).filter((address) => address !== undefined);
  return [...new Set(addresses)].toSorted();
}

function showPort({ port, nodePort, protocol }: NonNullable<Service["spec"]["ports"]>[number]): string {
  return nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`;
}
