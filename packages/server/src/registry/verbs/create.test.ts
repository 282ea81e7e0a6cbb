import { expect } from "chai";
import { failureOf, podDraft, refusalOf, setDraft, startRig, type RegistryRig } from "../registry-rig.fixture.ts";

describe("creating an object", () => {
  let rig: RegistryRig;
  beforeEach(async () => {
    rig = await startRig();
  });
  afterEach(async () => {
    await rig.stop();
  });

  it("gives it what only the server gives, whatever the client said", async () => {
    const { clock, registry } = rig;
    await clock.advance(61_000);
    const created = await registry.create("statefulsets", {
      ...setDraft("web"),
      metadata: {
        name: "web",
        namespace: "default",
        uid: "mine",
        generation: 7,
        creationTimestamp: "2001-01-01T00:00:00Z",
        deletionTimestamp: "2001-01-01T00:00:00Z",
        managedFields: [{ manager: "kubectl" }],
      },
      status: { replicas: 5 },
    });
    const { uid, ...metadata } = created.metadata;
    expect(uid).to.match(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(metadata).to.deep.equal({
      name: "web",
      namespace: "default",
      creationTimestamp: "2026-01-01T00:01:01Z",
      generation: 1,
      resourceVersion: "2",
    });
    expect(created).to.include({ apiVersion: "apps/v1", kind: "StatefulSet" });
    expect(created.status).to.deep.equal({ replicas: 0, availableReplicas: 0 });
    expect(created.spec.podManagementPolicy).to.equal("OrderedReady");
    expect(await registry.get("statefulsets", { namespace: "default", name: "web" })).to.deep.equal(created);
  });

  it("starts pods, claims, volumes and namespaces in their first phase", async () => {
    const { registry } = rig;
    const pod = await registry.create("pods", podDraft("web-0"));
    expect(pod.status).to.deep.equal({ phase: "Pending", qosClass: "BestEffort" });
    const claim = await registry.create("persistentvolumeclaims", {
      metadata: { name: "www", namespace: "default" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    });
    expect(claim.status).to.deep.equal({ phase: "Pending" });
    const volume = await registry.create("persistentvolumes", {
      metadata: { name: "disk" },
      spec: { capacity: { storage: "10Gi" }, accessModes: ["ReadWriteOnce"], hostPath: { path: "/mnt/disk" } },
    });
    expect(volume.status).to.deep.equal({ phase: "Pending", lastPhaseTransitionTime: "2026-01-01T00:00:00Z" });
    const namespace = await registry.create("namespaces", { metadata: { name: "other" } });
    expect(namespace.status).to.deep.equal({ phase: "Active" });
    expect(namespace.spec).to.deep.equal({ finalizers: ["kubernetes"] });
  });

  it("hands out what cannot be changed", async () => {
    const pod = await rig.registry.create("pods", podDraft("web-0"));
    const [container] = pod.spec.containers as unknown as [{ image: string }];
    expect(() => (container.image = "other")).to.throw(TypeError);
    expect(() => Object.assign(pod.metadata.labels ?? {}, { app: "other" })).to.throw(TypeError);
  });

  it("takes the client's object as it was, and does not keep hold of it", async () => {
    const draft = { metadata: { name: "c", namespace: "default" }, data: { key: "before" } };
    const creating = rig.registry.create("configmaps", draft);
    draft.data.key = "after";
    expect((await creating).data).to.deep.equal({ key: "before" });
  });

  it("A9 makes up a name from generateName, another one each time", async () => {
    const draft = { ...podDraft(""), metadata: { namespace: "default", generateName: "web-" } };
    const names = await Promise.all(
      Array.from({ length: 20 }, async () => (await rig.registry.create("pods", draft)).metadata.name),
    );
    for (const name of names) expect(name).to.match(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect(new Set(names).size).to.equal(20);
  });

  it("refuses a name that is taken, and lets one of many racing creators win", async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, () => rig.registry.create("pods", podDraft("web-0"))),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).to.have.length(1);
    const error = await failureOf(rig.registry.create("pods", podDraft("web-0")));
    expect(error.toStatus()).to.deep.include({
      code: 409,
      reason: "AlreadyExists",
      message: 'pods "web-0" already exists',
      details: { name: "web-0", kind: "pods" },
    });
    await rig.registry.create("statefulsets", setDraft("web"));
    expect(await refusalOf(rig.registry.create("statefulsets", setDraft("web")))).to.equal(
      'AlreadyExists 409: statefulsets.apps "web" already exists',
    );
  });

  it("A6 does everything but store it on a dry run", async () => {
    const tried = await rig.registry.create("pods", podDraft("web-0"), { dryRun: true });
    expect(tried.spec.restartPolicy).to.equal("Always");
    expect(await refusalOf(rig.registry.get("pods", { namespace: "default", name: "web-0" }))).to.equal(
      'NotFound 404: pods "web-0" not found',
    );
    await rig.registry.create("pods", podDraft("web-0"));
    expect(await refusalOf(rig.registry.create("pods", podDraft("web-0"), { dryRun: true }))).to.include(
      "AlreadyExists",
    );
  });

  const refused: readonly (readonly [what: string, metadata: object, refusal: string])[] = [
    [
      "a namespace that is not there",
      { name: "x", namespace: "nowhere" },
      'NotFound 404: namespaces "nowhere" not found',
    ],
    ["no namespace", { name: "x" }, "BadRequest 400: an empty namespace may not be set during creation"],
    [
      "a resourceVersion",
      { name: "x", namespace: "default", resourceVersion: "7" },
      "BadRequest 400: resourceVersion should not be set on objects to be created",
    ],
    [
      "no name at all",
      { namespace: "default" },
      'Invalid 422: ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
    ],
  ];
  for (const [what, metadata, refusal] of refused) {
    it(`refuses ${what}`, async () => {
      expect(await refusalOf(rig.registry.create("configmaps", { metadata }))).to.equal(refusal);
    });
  }

  it("A6 refuses, warns of or drops unknown fields, as asked", async () => {
    const draft = { ...setDraft("web"), spec: { ...setDraft("web").spec, replicaz: 3 } };
    expect(await refusalOf(rig.registry.create("statefulsets", draft, { fieldValidation: "Strict" }))).to.equal(
      'BadRequest 400: StatefulSet in version "v1" cannot be handled as a StatefulSet: strict decoding error: unknown field "spec.replicaz"',
    );
    const warnings: string[] = [];
    const created = await rig.registry.create("statefulsets", draft, {
      fieldValidation: "Warn",
      onWarning: (text) => warnings.push(text),
    });
    expect(warnings).to.deep.equal(['unknown field "spec.replicaz"']);
    expect(created.spec).not.to.have.property("replicaz");
    expect(await rig.registry.create("statefulsets", { ...draft, metadata: { name: "b", namespace: "default" } }))
      .to.have.property("spec")
      .that.does.not.have.property("replicaz");
  });

  it("A6 refuses values of a wrong type and fields that make no sense", async () => {
    const wrongType = { ...setDraft("web"), spec: { ...setDraft("web").spec, replicas: "two" as unknown as number } };
    expect(await refusalOf(rig.registry.create("statefulsets", wrongType))).to.equal(
      'BadRequest 400: StatefulSet in version "v1" cannot be handled as a StatefulSet: json: cannot unmarshal string into Go struct field StatefulSetSpec.spec.replicas of type int32',
    );
    const negative = await failureOf(rig.registry.create("statefulsets", setDraft("web", { replicas: -1 })));
    expect(negative.message).to.equal(
      'StatefulSet.apps "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    );
    expect(negative.details?.causes).to.have.length(1);
  });

  it("refuses an object of another kind", async () => {
    const draft = { ...podDraft("web-0"), apiVersion: "v1", kind: "Service" };
    expect(await refusalOf(rig.registry.create("pods", draft))).to.equal(
      'BadRequest 400: Service in version "v1" cannot be handled as a Pod',
    );
  });

  it("A11 refuses new content in a namespace that is going away", async () => {
    const { registry } = rig;
    await registry.create("namespaces", { metadata: { name: "going" } });
    await registry.delete("namespaces", { name: "going" });
    const error = await failureOf(registry.create("configmaps", { metadata: { name: "x", namespace: "going" } }));
    expect(error.message).to.equal(
      'configmaps "x" is forbidden: unable to create new content in namespace going because it is being terminated',
    );
    expect(error.code).to.equal(403);
    expect(error.details?.causes?.[0]?.reason).to.equal("NamespaceTerminating");
  });
});
