import type { Container, Service } from "@ordinal/api";
import { expect } from "chai";
import { aContainer, aPod } from "../pod.fixture.ts";
import { buildEnvironment, type EnvironmentSources } from "./environment.ts";
import { expandVariables } from "./expand.ts";
import { servicesFor, serviceVariables } from "./service-variables.ts";

const meta = { uid: "u", resourceVersion: "1", creationTimestamp: "", namespace: "default" };
const sources: EnvironmentSources = {
  configMap: async (name) =>
    name === "cfg"
      ? { apiVersion: "v1", kind: "ConfigMap", metadata: { ...meta, name }, data: { A: "1", B: "2" } }
      : undefined,
  secret: async (name) =>
    name === "key"
      ? { apiVersion: "v1", kind: "Secret", metadata: { ...meta, name }, data: { PASS: "c2VjcmV0" } }
      : undefined,
};

async function build(parts: Partial<Container>): Promise<unknown> {
  const container = aContainer(parts);
  const metadata = { labels: { "apps.kubernetes.io/pod-index": "0", app: "web" }, annotations: { note: "hi" } };
  const built = await buildEnvironment({
    pod: aPod({ metadata, spec: { containers: [container], serviceAccountName: "default" } }),
    container,
    facts: { podIP: "127.244.0.2", hostIP: "127.0.0.1" },
    capacity: { cpus: 2, memoryBytes: 4096 },
    sources,
    base: { HOME: "/root" },
  });
  return built.ok ? built.value : built.error;
}

const field = (fieldPath: string): Partial<Container> => ({
  env: [{ name: "X", valueFrom: { fieldRef: { fieldPath } } }],
});
const resource = (resourceName: string, divisor?: string): Partial<Container> => ({
  resources: { limits: { cpu: "1500m" }, requests: { memory: "64Mi" } },
  env: [
    {
      name: "X",
      valueFrom: { resourceFieldRef: { resource: resourceName, ...(divisor === undefined ? {} : { divisor }) } },
    },
  ],
});

describe("K8 buildEnvironment", () => {
  const cases: readonly (readonly [title: string, container: Partial<Container>, expected: object | string])[] = [
    ["keeps what the image sets", {}, { HOME: "/root" }],
    ["lets the container win", { env: [{ name: "HOME", value: "/" }] }, { HOME: "/" }],
    [
      "expands earlier variables only",
      {
        env: [
          { name: "A", value: "$(B)$(HOME)" },
          { name: "B", value: "b" },
        ],
      },
      { HOME: "/root", A: "$(B)/root", B: "b" },
    ],
    [
      "takes whole config maps with a prefix",
      { envFrom: [{ prefix: "P_", configMapRef: { name: "cfg" } }] },
      { HOME: "/root", P_A: "1", P_B: "2" },
    ],
    ["takes whole secrets", { envFrom: [{ secretRef: { name: "key" } }] }, { HOME: "/root", PASS: "secret" }],
    [
      "does without an optional config map",
      { envFrom: [{ configMapRef: { name: "no", optional: true } }] },
      { HOME: "/root" },
    ],
    ["waits for a config map", { envFrom: [{ configMapRef: { name: "no" } }] }, 'configmap "no" not found'],
    ["waits for a secret", { envFrom: [{ secretRef: { name: "no" } }] }, 'secret "no" not found'],
    [
      "takes a key of a config map",
      { env: [{ name: "X", valueFrom: { configMapKeyRef: { name: "cfg", key: "B" } } }] },
      { HOME: "/root", X: "2" },
    ],
    [
      "takes a key of a secret",
      { env: [{ name: "X", valueFrom: { secretKeyRef: { name: "key", key: "PASS" } } }] },
      { HOME: "/root", X: "secret" },
    ],
    [
      "waits for a key",
      { env: [{ name: "X", valueFrom: { configMapKeyRef: { name: "cfg", key: "C" } } }] },
      "couldn't find key C in ConfigMap default/cfg",
    ],
    [
      "leaves out an optional key",
      { env: [{ name: "X", valueFrom: { secretKeyRef: { name: "key", key: "C", optional: true } } }] },
      { HOME: "/root" },
    ],
    ["reads the pod's name", field("metadata.name"), { HOME: "/root", X: "web-0" }],
    ["reads a label", field("metadata.labels['apps.kubernetes.io/pod-index']"), { HOME: "/root", X: "0" }],
    ["reads an annotation", field("metadata.annotations['note']"), { HOME: "/root", X: "hi" }],
    ["reads the address", field("status.podIP"), { HOME: "/root", X: "127.244.0.2" }],
    ["reads the host's address", field("status.hostIP"), { HOME: "/root", X: "127.0.0.1" }],
    ["reads the node", field("spec.nodeName"), { HOME: "/root", X: "ordinal" }],
    ["refuses other fields", field("spec.containers"), "unsupported fieldPath: spec.containers"],
    ["reads a limit, rounded up", resource("limits.cpu"), { HOME: "/root", X: "2" }],
    ["reads a limit by its divisor", resource("limits.cpu", "1m"), { HOME: "/root", X: "1500" }],
    ["reads a request", resource("requests.memory", "1Mi"), { HOME: "/root", X: "64" }],
    ["takes the machine where there is no limit", resource("limits.memory"), { HOME: "/root", X: "4096" }],
  ];
  for (const [title, container, expected] of cases) {
    it(title, async () => expect(await build(container)).to.deep.equal(expected));
  }
});

describe("expandVariables", () => {
  const cases: readonly (readonly [text: string, expected: string])[] = [
    ["$(A)-$(B)", "1-2"],
    ["$(C)", "$(C)"],
    ["$$(A)", "$(A)"],
    ["$$$(A)", "$1"],
    ["$A ${A} $", "$A ${A} $"],
    ["$(A", "$(A"],
  ];
  for (const [text, expected] of cases) {
    it(`turns ${text} into ${expected}`, () => expect(expandVariables(text, { A: "1", B: "2" })).to.equal(expected));
  }
});

describe("V15 service variables", () => {
  it("has every variable upstream has", () => {
    expect(serviceVariables([service("redis-primary", "10.0.0.11")])).to.deep.equal({
      REDIS_PRIMARY_SERVICE_HOST: "10.0.0.11",
      REDIS_PRIMARY_SERVICE_PORT: "80",
      REDIS_PRIMARY_SERVICE_PORT_HTTP: "80",
      REDIS_PRIMARY_SERVICE_PORT_DNS_U: "53",
      REDIS_PRIMARY_PORT: "tcp://10.0.0.11:80",
      REDIS_PRIMARY_PORT_80_TCP: "tcp://10.0.0.11:80",
      REDIS_PRIMARY_PORT_80_TCP_PROTO: "tcp",
      REDIS_PRIMARY_PORT_80_TCP_PORT: "80",
      REDIS_PRIMARY_PORT_80_TCP_ADDR: "10.0.0.11",
      REDIS_PRIMARY_PORT_53_UDP: "udp://10.0.0.11:53",
      REDIS_PRIMARY_PORT_53_UDP_PROTO: "udp",
      REDIS_PRIMARY_PORT_53_UDP_PORT: "53",
      REDIS_PRIMARY_PORT_53_UDP_ADDR: "10.0.0.11",
    });
  });

  it("has none of a headless service", () => expect(serviceVariables([service("web", "None")])).to.deep.equal({}));

  const all = [service("kubernetes", "10.96.0.1"), service("web", "10.96.0.2"), service("web", "10.96.0.3", "other")];
  const cases: readonly (readonly [namespace: string, enableServiceLinks: boolean, expected: string])[] = [
    ["default", true, "10.96.0.1 10.96.0.2"],
    ["default", false, "10.96.0.1"],
    ["other", true, "10.96.0.1 10.96.0.3"],
    ["other", false, "10.96.0.1"],
  ];
  for (const [namespace, enableServiceLinks, expected] of cases) {
    it(`in ${namespace} ${enableServiceLinks ? "with" : "without"} links come from ${expected}`, () => {
      const found = servicesFor({ namespace, enableServiceLinks }, all).map(({ spec }) => spec.clusterIP);
      expect(found.join(" ")).to.equal(expected);
    });
  }
});

function service(name: string, clusterIP: string, namespace = "default"): Service {
  const ports = [
    { name: "http", port: 80 },
    { name: "dns-u", port: 53, protocol: "UDP" },
  ];
  return { apiVersion: "v1", kind: "Service", metadata: { ...meta, name, namespace }, spec: { clusterIP, ports } };
}
