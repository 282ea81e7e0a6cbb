import { objectAt, objectsAt } from "../json.ts";
import type { JsonObject } from "../json.ts";

/** What only a pod gets, and a pod template does not. Source: `SetDefaults_Pod`, and the strategy's first status. */
export function podDefaults(pod: JsonObject): JsonObject {
  const spec = objectAt(pod, "spec");
  const fill = (key: string): JsonObject =>
    key in spec
      ? { [key]: objectsAt(spec, key).map((each) => withHostPorts(withRequests(each), spec["hostNetwork"] === true)) }
      : {};
  return {
    ...pod,
    spec: { enableServiceLinks: true, ...spec, ...fill("containers"), ...fill("initContainers") },
    status: { phase: "Pending", ...objectAt(pod, "status") },
  };
}

/** Source: `SetDefaults_PodSpec`, and the conversion that keeps the old name of the service account beside the new one. */
export function podSpecDefaults(spec: JsonObject): JsonObject {
  const account = spec["serviceAccountName"] ?? spec["serviceAccount"];
  return {
    dnsPolicy: "ClusterFirst",
    restartPolicy: "Always",
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    schedulerName: "default-scheduler",
    ...(account === undefined ? {} : { serviceAccountName: account, serviceAccount: account }),
    ...spec,
  };
}

/** Source: `SetDefaults_Container`. */
export function containerDefaults(container: JsonObject): JsonObject {
  return {
    imagePullPolicy: pullPolicyOf(container["image"]),
    resources: {},
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
    ...container,
  };
}

export function imageVolumeDefaults(source: JsonObject): JsonObject {
  return { pullPolicy: pullPolicyOf(source["reference"]), ...source };
}

/** A volume that names no source is an empty directory. */
export function volumeDefaults(volume: JsonObject): JsonObject {
  return Object.keys(volume).some((key) => key !== "name") ? volume : { ...volume, emptyDir: {} };
}

/** Always for `:latest`, which no tag and no digest means too. */
function pullPolicyOf(image: unknown): "Always" | "IfNotPresent" {
  const [reference = "", digest] = (typeof image === "string" ? image : "").split("@");
  const tag = /:(?<tag>[^:/]+)$/.exec(reference)?.groups?.["tag"];
  if (reference === "") return "IfNotPresent";
  return tag === "latest" || (tag === undefined && digest === undefined) ? "Always" : "IfNotPresent";
}

/** Who sets a limit alone asks for as much. */
function withRequests(container: JsonObject): JsonObject {
  const resources = objectAt(container, "resources");
  if (!("limits" in resources)) return container;
  const requests = { ...objectAt(resources, "limits"), ...objectAt(resources, "requests") };
  return { ...container, resources: { ...resources, requests } };
}

function withHostPorts(container: JsonObject, isOnHostNetwork: boolean): JsonObject {
  if (!isOnHostNetwork || !("ports" in container)) return container;
  const ports = objectsAt(container, "ports").map((port) => ({ hostPort: port["containerPort"], ...port }));
  return { ...container, ports };
}
