import type { StatefulSet } from "@ordinal/api";
import { expect } from "chai";
import { refusalOf, setDraft, startRig, type RegistryRig } from "../registry-rig.fixture.ts";

describe("patching an object", () => {
  let rig: RegistryRig;
  let set: StatefulSet;
  beforeEach(async () => {
    rig = await startRig();
    set = await rig.registry.create("statefulsets", setDraft("web"));
  });
  afterEach(async () => {
    await rig.stop();
  });

  const at = { namespace: "default", name: "web" };

  it("A5 applies each type of patch to the newest version", async () => {
    const { registry } = rig;
    await registry.patch("statefulsets", at, { type: "merge", body: { spec: { replicas: 3 } } });
    const op = [{ op: "replace", path: "/spec/replicas", value: 4 }];
    expect((await registry.patch("statefulsets", at, { type: "json", body: op })).spec.replicas).to.equal(4);
    const containers = [{ name: "side", image: "busybox" }];
    const merged = await registry.patch("statefulsets", at, {
      type: "strategic",
      body: { spec: { template: { spec: { containers } } } },
    });
    expect(merged.spec.template.spec?.containers.map(({ name }) => name).toSorted()).to.deep.equal(["main", "side"]);
    expect(merged.metadata.generation).to.equal(4);
  });

  it("loses no patch of many that race", async () => {
    const { registry } = rig;
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        registry.patch("statefulsets", at, { type: "merge", body: { metadata: { labels: { [`l${index}`]: "x" } } } }),
      ),
    );
    expect(Object.keys((await registry.get("statefulsets", at)).metadata.labels ?? {})).to.have.length(20);
  });

  it("A3 refuses a patch for a version that is no longer the newest", async () => {
    const { registry } = rig;
    const { resourceVersion } = set.metadata;
    const body = { metadata: { resourceVersion }, spec: { replicas: 5 } };
    await registry.patch("statefulsets", at, { type: "merge", body });
    expect(await refusalOf(registry.patch("statefulsets", at, { type: "merge", body }))).to.match(/^Conflict 409: /);
  });

  it("writes the status only through its subresource", async () => {
    const { registry } = rig;
    const body = { spec: { replicas: 9 }, status: { replicas: 9 } };
    const patched = await registry.patch("statefulsets", at, { type: "merge", body, subresource: "status" });
    expect(patched.spec.replicas).to.equal(2);
    expect(patched.status?.replicas).to.equal(9);
    const again = await registry.patch("statefulsets", at, { type: "merge", body: { status: { replicas: 1 } } });
    expect(again).to.equal(patched);
  });

  it("checks what comes out", async () => {
    const { registry } = rig;
    const patch = (body: unknown, fieldValidation?: "Strict") =>
      registry.patch("statefulsets", at, {
        type: "merge",
        body,
        ...(fieldValidation === undefined ? {} : { fieldValidation }),
      });
    expect(await refusalOf(patch({ spec: { replicaz: 3 } }, "Strict"))).to.include('unknown field "spec.replicaz"');
    expect(await refusalOf(patch({ spec: { replicas: "3" } }))).to.include("BadRequest 400");
    expect(await refusalOf(patch({ spec: { replicas: -3 } }))).to.include("Invalid 422");
    expect(await refusalOf(patch({ metadata: { name: "other" } }))).to.equal(
      "BadRequest 400: the name of the object (other) does not match the name on the URL (web)",
    );
    expect(await refusalOf(patch({ metadata: { namespace: "other" } }))).to.equal(
      "BadRequest 400: the namespace of the provided object does not match the namespace sent on the request",
    );
    expect(await registry.get("statefulsets", at)).to.deep.equal(set);
    expect(await refusalOf(registry.patch("pods", { ...at, name: "x" }, { type: "merge", body: {} }))).to.equal(
      'NotFound 404: pods "x" not found',
    );
  });

  it("stores nothing on a dry run", async () => {
    const body = { spec: { replicas: 7 } };
    const tried = await rig.registry.patch("statefulsets", at, { type: "merge", body, dryRun: true });
    expect(tried.spec.replicas).to.equal(7);
    expect(await rig.registry.get("statefulsets", at)).to.deep.equal(set);
  });
});
