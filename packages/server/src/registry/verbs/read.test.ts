import { parseFieldSelector, parseLabelSelector } from "@ordinal/api";
import { expect } from "chai";
import { podDraft, refusalOf, startRig, type RegistryRig } from "../registry-rig.fixture.ts";

describe("reading objects", () => {
  let rig: RegistryRig;
  beforeEach(async () => {
    rig = await startRig({ keepEvents: 20 });
    await rig.registry.create("namespaces", { metadata: { name: "other" } });
    for (const [namespace, name, labels] of [
      ["other", "web-0", { app: "web", tier: "back" }],
      ["default", "web-1", { app: "web", tier: "front" }],
      ["default", "web-10", { app: "web" }],
      ["default", "db", { app: "db" }],
    ] as const) {
      await rig.registry.create("pods", { ...podDraft(name), metadata: { name, namespace, labels } });
    }
    await rig.registry.bind({ namespace: "default", name: "db" }, "ordinal");
  });
  afterEach(async () => {
    await rig.stop();
  });

  const lists: readonly (readonly [what: string, where: object, names: readonly string[]])[] = [
    ["all namespaces", {}, ["db", "web-1", "web-10", "web-0"]],
    ["one namespace", { namespace: "default" }, ["db", "web-1", "web-10"]],
    ["an unknown namespace", { namespace: "nowhere" }, []],
    ["a namespace whose name starts another's", { namespace: "def" }, []],
    ["a label", { labelSelector: parseLabelSelector("app=web") }, ["web-1", "web-10", "web-0"]],
    ["a set of labels", { labelSelector: parseLabelSelector("tier in (front,back),app!=db") }, ["web-1", "web-0"]],
    ["an absent label", { namespace: "default", labelSelector: parseLabelSelector("!tier") }, ["db", "web-10"]],
    ["a name", { namespace: "default", fieldSelector: parseFieldSelector("metadata.name=web-1") }, ["web-1"]],
    ["another name", { fieldSelector: parseFieldSelector("metadata.name!=web-1") }, ["db", "web-10", "web-0"]],
    ["a namespace as a field", { fieldSelector: parseFieldSelector("metadata.namespace=other") }, ["web-0"]],
    ["a node", { fieldSelector: parseFieldSelector("spec.nodeName=ordinal") }, ["db"]],
    [
      "no node",
      { fieldSelector: parseFieldSelector("spec.nodeName=,status.phase=Pending") },
      ["web-1", "web-10", "web-0"],
    ],
    ["a field that is false unless set", { fieldSelector: parseFieldSelector("spec.hostNetwork=true") }, []],
  ];
  for (const [what, where, names] of lists) {
    it(`lists by ${what}`, async () => {
      const { items } = await rig.registry.list("pods", where);
      expect(items.map(({ metadata }) => metadata.name)).to.deep.equal(names);
    });
  }

  it("selects events by what they are about", async () => {
    const involvedObject = { kind: "Pod", namespace: "default", name: "db", uid: "u1" };
    for (const [name, uid] of [
      ["a", "u1"],
      ["b", "u2"],
    ] as const) {
      await rig.registry.create("events", {
        metadata: { name, namespace: "default" },
        involvedObject: { ...involvedObject, uid },
        reason: "Started",
        source: { component: "kubelet" },
      });
    }
    const fieldSelector = parseFieldSelector("involvedObject.uid=u1,involvedObject.kind=Pod,source=kubelet");
    const { items } = await rig.registry.list("events", { namespace: "default", fieldSelector });
    expect(items.map(({ metadata }) => metadata.name)).to.deep.equal(["a"]);
  });

  it("refuses fields that cannot be selected on", async () => {
    const labelSelector = parseLabelSelector("app=web");
    expect(
      await refusalOf(rig.registry.list("pods", { fieldSelector: parseFieldSelector("spec.foo=x"), labelSelector })),
    ).to.equal(
      'BadRequest 400: Unable to find "/v1, Resource=pods" that match label selector "app=web", field selector "spec.foo=x": field label not supported: spec.foo',
    );
    expect(
      await refusalOf(rig.registry.list("statefulsets", { fieldSelector: parseFieldSelector("spec.replicas=1") })),
    ).to.equal(
      'BadRequest 400: Unable to find "apps/v1, Resource=statefulsets" that match label selector "", field selector "spec.replicas=1": "spec.replicas" is not a known field selector: only "metadata.name", "metadata.namespace"',
    );
  });

  it("lists page by page as things were at the first page", async () => {
    const { registry } = rig;
    const first = await registry.list("pods", { limit: 2 });
    expect(first.items.map(({ metadata }) => metadata.name)).to.deep.equal(["db", "web-1"]);
    expect(first.remaining).to.equal(2);
    await registry.delete("pods", { namespace: "default", name: "web-10" });
    await registry.create("pods", podDraft("web-2"));
    const second = await registry.list("pods", { limit: 2, continueToken: first.continueToken ?? "" });
    expect(second.items.map(({ metadata }) => metadata.name)).to.deep.equal(["web-10", "web-0"]);
    expect(second).not.to.have.property("continueToken");
    expect(second.revision).to.equal(first.revision);
    const now = await registry.list("pods");
    expect(now.items.map(({ metadata }) => metadata.name)).to.deep.equal(["db", "web-1", "web-2", "web-0"]);
  });

  it("fills pages with matching objects only", async () => {
    const labelSelector = parseLabelSelector("app=web");
    const names: string[] = [];
    let token: string | undefined;
    do {
      const page = await rig.registry.list("pods", {
        labelSelector,
        limit: 1,
        ...(token === undefined ? {} : { continueToken: token }),
      });
      expect(page.items.length).to.be.lessThanOrEqual(1);
      expect(page).not.to.have.property("remaining");
      names.push(...page.items.map(({ metadata }) => metadata.name));
      token = page.continueToken;
    } while (token !== undefined);
    expect(names).to.deep.equal(["web-1", "web-10", "web-0"]);
  });

  it("answers Expired when a list is continued too late, BadRequest for a token it did not make", async () => {
    const { continueToken = "" } = await rig.registry.list("pods", { limit: 1 });
    for (let count = 0; count < 25; count += 1) {
      await rig.registry.create("configmaps", { metadata: { name: `c${count}`, namespace: "default" } });
    }
    expect(await refusalOf(rig.registry.list("pods", { limit: 1, continueToken }))).to.match(
      /^Expired 410: The provided continue parameter is too old to display a consistent list result\./,
    );
    for (const bad of ["garbage", Buffer.from('{"rv":"x"}').toString("base64url")]) {
      expect(await refusalOf(rig.registry.list("pods", { continueToken: bad }))).to.equal(
        "BadRequest 400: continue key is not valid",
      );
    }
  });

  it("answers NotFound for what is not there", async () => {
    const { registry } = rig;
    expect(await refusalOf(registry.get("pods", { namespace: "other", name: "db" }))).to.equal(
      'NotFound 404: pods "db" not found',
    );
    expect(await refusalOf(registry.get("statefulsets", { namespace: "default", name: "x" }))).to.equal(
      'NotFound 404: statefulsets.apps "x" not found',
    );
    expect(await refusalOf(registry.get("pods", { namespace: "default", name: "x".repeat(5000) }))).to.include(
      "NotFound 404",
    );
  });

  it("shares one parsed object between readers, and has the same after a restart", async () => {
    const at = { namespace: "default", name: "db" };
    const before = await rig.registry.get("pods", at);
    expect(await rig.registry.get("pods", at)).to.equal(before);
    expect((await rig.registry.list("pods", { namespace: "default" })).items).to.include(before);
    await rig.restart();
    expect(await rig.registry.get("pods", at)).to.deep.equal(before);
  });
});
