import { annotations, isPodFinished, type Pod } from "@ordinal/api";
import type { Forward } from "./plan.ts";

/** The ports of localhost a pod has, as its annotation says; they exist while the pod does and lead to it while it runs. */
export function podForwards(pod: Pod | undefined, listenHost: string): readonly Forward[] {
  const annotation = pod?.metadata.annotations?.[annotations.localhostPorts] ?? "";
  const podIP = pod === undefined || isPodFinished(pod) ? undefined : pod.status?.podIP;
  return parsePorts(annotation).map(({ containerPort, localhostPort }) => ({
    protocol: "TCP",
    host: listenHost,
    port: localhostPort,
    targets: podIP === undefined || podIP === "" ? [] : [{ host: podIP, port: containerPort }],
  }));
}

/** `80=20080,443=20443`; what is not a pair of ports is left out, since anybody may write annotations. */
function parsePorts(text: string): readonly { containerPort: number; localhostPort: number }[] {
  return text.split(",").flatMap((pair) => {
    const [, containerPort, localhostPort] = /^\s*(\d{1,5})=(\d{1,5})\s*$/.exec(pair)?.map(Number) ?? [];
    return isPort(containerPort) && isPort(localhostPort) ? [{ containerPort, localhostPort }] : [];
  });
}

function isPort(port: number | undefined): port is number {
  return port !== undefined && port > 0 && port < 65_536;
}
