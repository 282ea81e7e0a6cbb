import type { EndpointSlice, Pod, Service } from "@ordinal/api";
import { expect } from "chai";
import { aPod } from "../pod.fixture.ts";
import { waitUntilNamed, waitUntilWithdrawn, type NameGateFacts, type NameWait } from "./name-gate.ts";
import { publishedRevision, servedRevision, withdrawnRevision } from "./plan-readiness.ts";

/** Shown to wait for its names at this revision. */
function waitingSince(resourceVersion: number): Pod {
  const waiting = { type: "Ready", status: "False", reason: "NamesNotServed" };
  const metadata = { labels: { app: "web" }, resourceVersion: String(resourceVersion) };
  return aPod({ metadata, status: { conditions: [waiting] } });
}

const pod = waitingSince(1);
const meta = (name: string, namespace = "default") => ({
  name,
  namespace,
  uid: name,
  resourceVersion: "1",
  creationTimestamp: "",
});

function service(name: string, spec: Partial<Service["spec"]> = {}, namespace = "default"): Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: meta(name, namespace),
    spec: { selector: { app: "web" }, ...spec },
  };
}

/** A slice of a service at a revision, listing web-0 as ready, as not ready, or not at all. */
function slice(of: string, revision: number, web0: "ready" | "unready" | "absent"): EndpointSlice {
  const targetRef = { kind: "Pod", uid: "uid-web-0" };
  const own =
    web0 === "absent" ? [] : [{ addresses: ["127.244.0.2"], conditions: { ready: web0 === "ready" }, targetRef }];
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      ...meta(`${of}-abc12`),
      resourceVersion: String(revision),
      labels: { "kubernetes.io/service-name": of },
    },
    addressType: "IPv4",
    endpoints: [{ addresses: ["127.244.0.9"], targetRef: { kind: "Pod", uid: "another" } }, ...own],
  };
}

describe("D9 publishedRevision", () => {
  const cases: readonly (readonly [
    title: string,
    services: readonly Service[],
    slices: readonly EndpointSlice[],
    expected: number | undefined,
  ])[] = [
    ["of a pod no service selects", [service("other", { selector: { app: "db" } })], [], 0],
    ["of a pod without services", [], [], 0],
    ["while the slice is not there", [service("web")], [], undefined],
    ["while the slice does not list it", [service("web")], [slice("web", 5, "absent")], undefined],
    ["while the slice lists it as not ready", [service("web")], [slice("web", 5, "unready")], undefined],
    ["when the slice lists it", [service("web")], [slice("web", 5, "ready")], 5],
    [
      "with two services, the later one",
      [service("web"), service("all")],
      [slice("web", 5, "ready"), slice("all", 8, "ready")],
      8,
    ],
    [
      "with two services, one not yet",
      [service("web"), service("all")],
      [slice("web", 5, "ready"), slice("all", 8, "unready")],
      undefined,
    ],
    [
      "with two slices of one service, the first that lists it",
      [service("web")],
      [slice("web", 5, "absent"), slice("web", 6, "ready"), slice("web", 9, "ready")],
      6,
    ],
    ["of a service in another namespace", [service("web", {}, "other")], [], 0],
    ["of an ExternalName", [service("web", { type: "ExternalName" })], [], 0],
    ["of a service without a selector", [service("web", { selector: {} })], [], 0],
  ];
  for (const [title, services, slices, expected] of cases) {
    it(`${title} is ${expected}`, () => expect(publishedRevision(pod, { services, slices }, 1)).to.equal(expected));
  }

  it("takes no word about the pod that is older than its waiting", () => {
    const slices = [slice("web", 5, "ready")];
    expect(publishedRevision(pod, { services: [service("web")], slices }, 5)).to.equal(undefined);
    expect(publishedRevision(pod, { services: [service("web")], slices }, undefined)).to.equal(undefined);
    expect(publishedRevision(pod, { services: [service("web")], slices }, 4)).to.equal(5);
  });

  it("takes any word of a service that publishes unready pods, for it takes none back", () => {
    const always = service("web", { publishNotReadyAddresses: true });
    expect(publishedRevision(pod, { services: [always], slices: [slice("web", 5, "ready")] }, 9)).to.equal(5);
  });
});

describe("D10 withdrawnRevision", () => {
  const cases: readonly (readonly [
    title: string,
    services: readonly Service[],
    slices: readonly EndpointSlice[],
    expected: number | undefined,
  ])[] = [
    ["of a pod without services", [], [], 0],
    ["while a slice lists it as ready", [service("web")], [slice("web", 5, "ready")], undefined],
    ["when the slice lists it as not ready", [service("web")], [slice("web", 6, "unready")], 6],
    ["when the slice lists it no more", [service("web")], [slice("web", 7, "absent")], 7],
    [
      "though no selector leads to it any more",
      [service("web", { selector: { app: "new" } })],
      [slice("web", 5, "ready")],
      undefined,
    ],
    [
      "of a service that publishes unready pods",
      [service("web", { publishNotReadyAddresses: true })],
      [slice("web", 5, "ready")],
      0,
    ],
    ["of a slice whose service is gone", [], [slice("web", 5, "ready")], 0],
  ];
  for (const [title, services, slices, expected] of cases) {
    it(`${title} is ${expected}`, () => expect(withdrawnRevision(pod, { services, slices })).to.equal(expected));
  }
});

describe("servedRevision", () => {
  const cases: readonly (readonly [value: string | undefined, expected: number])[] = [
    ["12", 12],
    ["", 0],
    ["soon", 0],
    [undefined, 0],
  ];
  for (const [value, expected] of cases) {
    it(`of a lease that says ${value} is ${expected}`, () => {
      const annotations: Record<string, string> =
        value === undefined ? {} : { "ordinal.internal/served-revision": value };
      const metadata = { ...meta("ordinal-dns"), annotations };
      expect(servedRevision({ apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata })).to.equal(expected);
    });
  }
  it("without a lease is 0", () => expect(servedRevision(undefined)).to.equal(0));
});

describe("the wait for DNS", () => {
  it("is over at once for a pod of no service", () => {
    expect(say(waitUntilNamed(undefined, facts({ world: { services: [], slices: [] }, servedRevision: 0 })))).to.equal(
      "over, for 0",
    );
  });

  it("D9 K1 lasts until DNS serves the slice, and later changes of it do not lengthen it", () => {
    const first = waitUntilNamed(undefined, facts({}));
    expect(say(first)).to.equal("waits, for 5");
    const world = { services: [service("web")], slices: [slice("web", 9, "ready")] };
    const second = waitUntilNamed(first, facts({ world, servedRevision: 5, nowMs: 1_500 }));
    expect(say(second)).to.equal("over, for 5");
  });

  it("D9 needs a slice written after the pod was shown to wait, because an older one may be taken back", () => {
    const first = waitUntilNamed(undefined, facts({ pod: waitingSince(7), servedRevision: 9 }));
    expect(say(first)).to.equal("waits");
    const world = { services: [service("web")], slices: [slice("web", 9, "ready")] };
    const second = waitUntilNamed(first, facts({ pod: waitingSince(10), world, servedRevision: 9 }));
    expect(say(second)).to.equal("over, for 9");
  });

  it("is over at once for a pod that was never shown otherwise than Ready", () => {
    const ready = aPod({
      metadata: { labels: { app: "web" } },
      status: { conditions: [{ type: "Ready", status: "True" }] },
    });
    expect(say(waitUntilNamed(undefined, facts({ pod: ready, servedRevision: 5 })))).to.equal("over, for 5");
  });

  it("does not begin again once it is over", () => {
    const over: NameWait = { sinceMs: 0, revision: 5, isOver: true, hasTimedOut: false };
    expect(waitUntilNamed(over, facts({ servedRevision: 0 }))).to.equal(over);
  });

  it("ends at its bound when DNS does not follow", () => {
    const first = waitUntilNamed(undefined, facts({ world: { services: [service("web")], slices: [] } }));
    expect(say(first)).to.equal("waits");
    expect(say(waitUntilNamed(first, facts({ nowMs: 2_999 })))).to.equal("waits, for 5");
    expect(say(waitUntilNamed(first, facts({ nowMs: 3_000 })))).to.equal("over, late, for 5");
  });

  it("is the same backwards", () => {
    const first = waitUntilWithdrawn(undefined, facts({}));
    expect(say(first)).to.equal("waits");
    const world = { services: [service("web")], slices: [slice("web", 7, "unready")] };
    expect(say(waitUntilWithdrawn(first, facts({ world, servedRevision: 6 })))).to.equal("waits, for 7");
    expect(say(waitUntilWithdrawn(first, facts({ world, servedRevision: 7 })))).to.equal("over, for 7");
  });
});

function facts(parts: Partial<NameGateFacts>): NameGateFacts {
  const world = { services: [service("web")], slices: [slice("web", 5, "ready")] };
  return { pod, world, servedRevision: 4, nowMs: 1_000, boundMs: 2_000, ...parts };
}

function say({ isOver, hasTimedOut, revision }: NameWait): string {
  const until = revision === undefined ? "" : `, for ${revision}`;
  return `${isOver ? "over" : "waits"}${hasTimedOut ? ", late" : ""}${until}`;
}
