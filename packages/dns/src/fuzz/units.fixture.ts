import type { Endpoint, Pod, Service } from "@ordinal/api";
import type { Fact } from "../records/fact.ts";
import { namespaceFacts, podFacts, serviceFacts, sliceFacts } from "../records/makers.ts";
import { clusterIP, endpoint, namespace, pod, service, slice } from "../records/objects.fixture.ts";
import type { RecordSettings } from "../records/settings.ts";

/** Something of the world that can be in one of several ways, absent (no facts) being the first; they change into each other. */
export interface Unit {
  readonly name: string;
  readonly forms: readonly (readonly Fact[])[];
}

/** How many endpoints the services have that do not fit into one message. */
export interface Sizes {
  /** Beyond one datagram. */
  readonly big: number;
  /** Beyond one TCP message, where there are 4,100 and more. */
  readonly huge: number;
}

/** A rich little cluster, with something of everything that can be served. */
export function clusterUnits(settings: RecordSettings, { big, huge }: Sizes): readonly Unit[] {
  return [
    ...namespaces(settings),
    ...headless(settings),
    ...withAddresses(settings),
    ...aliases(settings),
    ...seenFromOutside(settings),
    ...pods(settings),
    ...crowded(settings, { big, huge }),
    ...odd(),
  ];
}

const namedPorts = [
  { name: "http", port: 80, protocol: "TCP" },
  { name: "dns", port: 53, protocol: "UDP" },
] as const;

function namespaces(settings: RecordSettings): readonly Unit[] {
  return ["default", "kube-system", "empty"].map((name) => ({
    name: `namespace ${name}`,
    forms: [[], namespaceFacts(namespace(name), settings)],
  }));
}

function replica(index: number, rest: Omit<Endpoint, "addresses"> = {}): Endpoint {
  return endpoint(`10.244.0.${5 + index}`, { hostname: `web-${index}`, ...rest });
}

function headless(settings: RecordSettings): readonly Unit[] {
  const nginx = service("nginx");
  const gone = { conditions: { ready: false, serving: true, terminating: true } };
  const endpoints = [
    [],
    [replica(0)],
    [replica(0), replica(1)],
    [replica(0), replica(1, gone)],
    [replica(0), replica(1), replica(2)],
    [replica(2), endpoint("10.244.0.9"), endpoint("10.244.0.10", { hostname: "web-2" })],
  ];
  const six = ["fd00:10::5", "fd00:10::6"].map((address, index) => endpoint(address, { hostname: `web-${index}` }));
  const portless = service("portless");
  return [
    {
      name: "slice of nginx",
      forms: endpoints.map((some) => sliceFacts(nginx, slice("nginx", some, { ports: namedPorts }), settings)),
    },
    // Says in part what the first one says: a record stays until nobody says it any more.
    {
      name: "second slice of nginx",
      forms: [[], sliceFacts(nginx, slice("nginx", [replica(1), replica(3)], { ports: namedPorts }), settings)],
    },
    {
      name: "IPv6 slice of nginx",
      forms: [[], sliceFacts(nginx, slice("nginx", six, { addressType: "IPv6", ports: namedPorts }), settings)],
    },
    {
      name: "slice of portless",
      forms: [[], sliceFacts(portless, slice("portless", [endpoint("10.244.0.5")]), settings)],
    },
  ];
}

function withAddresses(settings: RecordSettings): readonly Unit[] {
  const web = service("web", { ...clusterIP("10.96.0.7", "fd00:96::7"), ports: namedPorts });
  const dns = inNamespace(service("kube-dns", { ...clusterIP("10.96.0.10"), ports: namedPorts }), "kube-system");
  const six = service("six", { ...clusterIP("fd00:96::6"), ports: [{ port: 443 }] });
  const shared = [endpoint("10.244.0.5", { hostname: "shared" }), endpoint("10.244.0.6", { hostname: "shared" })];
  return [
    { name: "service web", forms: [[], serviceFacts(web, settings)] },
    { name: "slice of web", forms: [[], sliceFacts(web, slice("web", shared, { ports: namedPorts }), settings)] },
    { name: "service kube-dns", forms: [[], serviceFacts(dns, settings)] },
    { name: "service six", forms: [[], serviceFacts(six, settings)] },
  ];
}

function local(name: string): string {
  return `${name}.default.svc.cluster.local`;
}

/** Chains, loops, and every place a CNAME can lead to. */
function aliases(settings: RecordSettings): readonly Unit[] {
  const targets: Readonly<Record<string, string>> = {
    db: "db.example.com",
    gone: "gone.example.com",
    "to-web": local("web"),
    "to-nginx": local("nginx"),
    "to-nobody": local("nobody"),
    "to-apex": "cluster.local",
    "to-above": "local",
    "to-other-zone": "web.default.svc.cluster.internal",
    "to-nobody-elsewhere": "nobody.default.svc.cluster.internal",
    "to-outside-view": "balanced.default.example.org",
    "to-reverse": "7.0.96.10.in-addr.arpa",
    SHOUTED: "WEB.Default.SVC.Cluster.Local",
    self: local("self"),
    "loop-a": local("loop-b"),
    "loop-b": local("loop-a"),
    "tail-of-loop": local("loop-a"),
  };
  const chain = Array.from({ length: 13 }, (_, index) => [`chain-${index}`, local(`chain-${index + 1}`)] as const);
  const all = [...Object.entries(targets), ...chain, ["chain-13", local("web")] as const];
  return all.map(([name, externalName]) => ({
    name: `alias ${name}`,
    forms: [[], serviceFacts(service(name.toLowerCase(), { type: "ExternalName", externalName }), settings)],
  }));
}

function balanced(ingress: readonly { ip?: string; hostname?: string }[]): Service {
  return {
    ...service("balanced", { ...clusterIP("10.96.0.9"), ports: namedPorts }),
    status: { loadBalancer: { ingress: [...ingress] } },
  };
}

function seenFromOutside(settings: RecordSettings): readonly Unit[] {
  return [
    {
      name: "service balanced",
      forms: [
        [],
        serviceFacts(balanced([{ ip: "192.0.2.7" }, { ip: "2001:db8::7" }]), settings),
        serviceFacts(balanced([{ hostname: "lb.example.com" }]), settings),
        serviceFacts(balanced([{ hostname: "web.default.svc.cluster.local" }]), settings),
        serviceFacts(balanced([]), settings),
      ],
    },
  ];
}

/** Some on the machine's own address, one of them the only one there. */
function pods(settings: RecordSettings): readonly Unit[] {
  const addresses = [
    ["10.244.0.5"],
    ["10.244.0.6", "fd00:10::6"],
    ["fd00:10::"],
    ["127.0.0.1"],
    ["192.0.2.1"],
    ["192.0.2.1"],
  ];
  return addresses.map((some, index) => ({
    name: `pod ${index}`,
    forms: [[], podFacts(inNamespace(pod(`pod-${index}`, some), index === 5 ? "empty" : "default"), settings)],
  }));
}

function crowded(settings: RecordSettings, { big, huge }: Sizes): readonly Unit[] {
  return [
    { name: "big", count: big },
    { name: "huge", count: huge },
  ].map(({ name, count }) => {
    const endpoints = Array.from({ length: count }, (_, index) =>
      endpoint(`10.${name === "big" ? 245 : 246}.${index >> 8}.${index & 255}`, { hostname: `host-${index}` }),
    );
    const all = sliceFacts(service(name), slice(name, endpoints, { ports: namedPorts.slice(0, 1) }), settings);
    return { name: `slice of ${name}`, forms: [[], all] };
  });
}

/** What objects of the API do not say, but facts can; and what no message can hold, which is to be left out. */
function odd(): readonly Unit[] {
  const at = "odd.default.svc";
  const facts: readonly (readonly Fact[])[] = [
    [{ name: at, record: { type: "TXT", data: "" } }],
    [{ name: at, record: { type: "TXT", data: `${"long ".repeat(120)}text` } }],
    [{ name: `ttl.${at}`, record: { type: "TXT", data: "with its own TTL", ttlSeconds: 28_800 } }],
    [{ name: `held.${at}` }],
    [{ name: `a.b.c.d.e.f.${at}` }],
    [{ name: `${"x".repeat(63)}.${at}`, record: { type: "A", data: "10.9.9.1" } }],
    [{ name: `${"x".repeat(64)}.${at}`, record: { type: "A", data: "10.9.9.2" } }],
    [{ name: `ünicode.${at}`, record: { type: "A", data: "10.9.9.3" } }],
    [{ name: `empty..${at}`, record: { type: "A", data: "10.9.9.4" } }],
    [{ name: `not-an-address.${at}`, record: { type: "A", data: "10.9.9.256" } }],
    [{ name: `UPPER.${at}`, record: { type: "A", data: "10.9.9.5" } }],
    [{ name: `ports.${at}`, record: { type: "SRV", data: `80 host.ports.${at}` } }],
    [{ name: `host.ports.${at}`, record: { type: "A", data: "10.9.9.7" } }],
    [{ name: `host.ports.${at}`, record: { type: "AAAA", data: "fd00::9" } }],
    [{ name: "x", record: { type: "A", data: "10.9.9.6" } }],
  ];
  return facts.map((some, index) => ({ name: `odd ${index}`, forms: [[], some] }));
}

function inNamespace<T extends Service | Pod>(of: T, name: string): T {
  return { ...of, metadata: { ...of.metadata, namespace: name } };
}
