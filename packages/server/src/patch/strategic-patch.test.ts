import { ApiError } from "@ordinal/api";
import { expect } from "chai";
import { applyPatch } from "./apply-patch.ts";

const statefulSets = { group: "apps", version: "v1", kind: "StatefulSet" } as const;
const services = { group: "", version: "v1", kind: "Service" } as const;
const pods = { group: "", version: "v1", kind: "Pod" } as const;

interface Row {
  readonly title: string;
  readonly kind: typeof statefulSets | typeof services | typeof pods;
  readonly current: unknown;
  readonly body: unknown;
  readonly expected: unknown;
}

const container = (name: string, rest: object = {}) => ({ name, image: `${name}:1`, ...rest });
const withContainers = (...containers: readonly object[]) => ({ spec: { template: { spec: { containers } } } });

/** Bodies as kubectl 1.33 sends them. */
const rows: readonly Row[] = [
  {
    title: "kubectl apply changes a field and leaves the rest",
    kind: statefulSets,
    current: { metadata: { name: "web", annotations: { a: "1" } }, spec: { replicas: 2, serviceName: "nginx" } },
    body: {
      metadata: { annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}\n" } },
      spec: { replicas: 3 },
    },
    expected: {
      metadata: { name: "web", annotations: { a: "1", "kubectl.kubernetes.io/last-applied-configuration": "{}\n" } },
      spec: { replicas: 3, serviceName: "nginx" },
    },
  },
  {
    title: "kubectl set image names the order and one container",
    kind: statefulSets,
    current: withContainers(container("nginx"), container("log")),
    body: {
      spec: {
        template: {
          spec: {
            "$setElementOrder/containers": [{ name: "nginx" }, { name: "log" }],
            containers: [{ name: "log", image: "log:2" }],
          },
        },
      },
    },
    expected: withContainers(container("nginx"), { name: "log", image: "log:2" }),
  },
  {
    title: "kubectl set env adds to the variables of one container",
    kind: statefulSets,
    current: withContainers(container("nginx", { env: [{ name: "A", value: "1" }] })),
    body: {
      spec: {
        template: {
          spec: {
            "$setElementOrder/containers": [{ name: "nginx" }],
            containers: [
              {
                "$setElementOrder/env": [{ name: "B" }, { name: "A" }],
                env: [{ name: "B", value: "2" }],
                name: "nginx",
              },
            ],
          },
        },
      },
    },
    expected: withContainers(
      container("nginx", {
        env: [
          { name: "B", value: "2" },
          { name: "A", value: "1" },
        ],
      }),
    ),
  },
  {
    title: "kubectl apply takes a container away",
    kind: statefulSets,
    current: withContainers(container("nginx"), container("log")),
    body: {
      spec: {
        template: {
          spec: { "$setElementOrder/containers": [{ name: "nginx" }], containers: [{ $patch: "delete", name: "log" }] },
        },
      },
    },
    expected: withContainers(container("nginx")),
  },
  {
    title: "kubectl rollout undo replaces the template",
    kind: statefulSets,
    current: {
      spec: {
        replicas: 2,
        template: {
          metadata: { labels: { app: "b" }, annotations: { x: "y" } },
          spec: { containers: [container("new")] },
        },
      },
    },
    body: {
      spec: {
        template: {
          $patch: "replace",
          metadata: { creationTimestamp: null, labels: { app: "a" } },
          spec: { containers: [container("old")] },
        },
      },
    },
    expected: {
      spec: { replicas: 2, template: { metadata: { labels: { app: "a" } }, spec: { containers: [container("old")] } } },
    },
  },
  {
    title: "kubectl rollout restart sets an annotation where there was none",
    kind: statefulSets,
    current: { spec: { template: { metadata: { labels: { app: "a" } } } } },
    body: { spec: { template: { metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": "now" } } } } },
    expected: {
      spec: {
        template: { metadata: { labels: { app: "a" }, annotations: { "kubectl.kubernetes.io/restartedAt": "now" } } },
      },
    },
  },
  {
    title: "kubectl uncordon and kubectl annotate key- take fields away with null",
    kind: pods,
    current: { metadata: { annotations: { a: "1", b: "2" } }, spec: { nodeName: "ordinal" } },
    body: { metadata: { annotations: { a: null, absent: null } }, spec: { nodeName: null } },
    expected: { metadata: { annotations: { b: "2" } }, spec: {} },
  },
  {
    title: "a volume that changes its source keeps only what it says it keeps",
    kind: statefulSets,
    current: {
      spec: {
        template: {
          spec: {
            volumes: [
              { name: "v", emptyDir: {} },
              { name: "w", emptyDir: {} },
            ],
          },
        },
      },
    },
    body: {
      spec: {
        template: {
          spec: {
            "$setElementOrder/volumes": [{ name: "v" }, { name: "w" }],
            volumes: [{ $retainKeys: ["name", "hostPath"], name: "v", hostPath: { path: "/x" }, emptyDir: null }],
          },
        },
      },
    },
    expected: {
      spec: {
        template: {
          spec: {
            volumes: [
              { name: "v", hostPath: { path: "/x" } },
              { name: "w", emptyDir: {} },
            ],
          },
        },
      },
    },
  },
  {
    title: "a finalizer is taken out of the set, another one put in",
    kind: pods,
    current: { metadata: { finalizers: ["a/b", "c/d"] } },
    body: {
      metadata: {
        "$deleteFromPrimitiveList/finalizers": ["a/b"],
        "$setElementOrder/finalizers": ["e/f", "c/d"],
        finalizers: ["e/f"],
      },
    },
    expected: { metadata: { finalizers: ["e/f", "c/d"] } },
  },
  {
    title: "the ports of a service merge by port",
    kind: services,
    current: {
      spec: {
        ports: [
          { name: "web", port: 80, protocol: "TCP", targetPort: 80 },
          { name: "tls", port: 443 },
        ],
      },
    },
    body: {
      spec: { "$setElementOrder/ports": [{ port: 443 }, { port: 80 }], ports: [{ port: 80, targetPort: 8080 }] },
    },
    expected: {
      spec: {
        ports: [
          { name: "tls", port: 443 },
          { name: "web", port: 80, protocol: "TCP", targetPort: 8080 },
        ],
      },
    },
  },
  {
    title: "a list without a merge key is replaced",
    kind: statefulSets,
    current: { spec: { volumeClaimTemplates: [{ metadata: { name: "a" } }] } },
    body: { spec: { volumeClaimTemplates: [{ metadata: { name: "b", creationTimestamp: null } }] } },
    expected: { spec: { volumeClaimTemplates: [{ metadata: { name: "b" } }] } },
  },
  {
    title: "a list with $patch replace is replaced",
    kind: statefulSets,
    current: withContainers(container("a"), container("b")),
    body: withContainers({ $patch: "replace" }, container("c")),
    expected: withContainers(container("c")),
  },
  {
    title: "an object with $patch delete is emptied",
    kind: pods,
    current: { metadata: { labels: { a: "1" } } },
    body: { metadata: { labels: { $patch: "delete" } } },
    expected: { metadata: { labels: {} } },
  },
  {
    title: "new items of the server stay where they were",
    kind: statefulSets,
    current: withContainers(container("a"), container("injected"), container("b")),
    body: {
      spec: {
        template: {
          spec: {
            "$setElementOrder/containers": [{ name: "a" }, { name: "b" }],
            containers: [{ name: "b", image: "b:2" }],
          },
        },
      },
    },
    expected: withContainers(container("a"), container("injected"), { name: "b", image: "b:2" }),
  },
  {
    title: "a key called __proto__ is just a key",
    kind: pods,
    current: { metadata: { annotations: {} } },
    body: JSON.parse('{"metadata":{"annotations":{"__proto__":{"polluted":"yes"}}}}'),
    expected: JSON.parse('{"metadata":{"annotations":{"__proto__":{"polluted":"yes"}}}}'),
  },
];

const refusals = [
  {
    title: "an item without its merge key",
    body: withContainers({ image: "x" }),
    message: "map: map[image:x] does not contain declared merge key: name",
  },
  {
    title: "a directive nobody knows",
    body: { spec: { $patch: "shuffle" } },
    message: "unknown patch type: shuffle in map: map[$patch:shuffle]",
  },
  {
    title: "a list as body",
    body: [],
    message: "json: cannot unmarshal array into Go value of type map[string]interface {}",
  },
  {
    title: "fields that are set but not retained",
    body: { spec: { $retainKeys: ["replicas"], serviceName: "x" } },
    message: "invalid patch format of retainKeys",
  },
  {
    title: "an order that is no list",
    body: { spec: { "$setElementOrder/x": 1 } },
    message: "invalid patch format of setElementOrder list",
  },
];

describe("strategic merge patch", () => {
  for (const { title, kind, current, body, expected } of rows) {
    it(`A5 ${title}`, () => {
      const before = structuredClone(current);
      expect(applyPatch({ type: "strategic", body, current, kind })).to.deep.equal(expected);
      expect(current).to.deep.equal(before);
    });
  }

  for (const { title, body, message } of refusals) {
    it(`refuses ${title}`, () => {
      const current = withContainers(container("a"));
      expect(() => applyPatch({ type: "strategic", body, current, kind: statefulSets }))
        .to.throw(ApiError, message)
        .with.property("code", 400);
    });
  }

  it("refuses items that stand in another order than the patch says", () => {
    const order = [{ name: "a" }, { name: "b" }];
    const body = {
      spec: {
        template: { spec: { "$setElementOrder/containers": order, containers: [container("b"), container("a")] } },
      },
    };
    const current = withContainers(container("a"), container("b"));
    expect(() => applyPatch({ type: "strategic", body, current, kind: statefulSets })).to.throw(
      ApiError,
      /^The order in patch list:/,
    );
  });
});
