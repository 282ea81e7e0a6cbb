import type { Service } from "@ordinal/api";
import { expect } from "chai";
import { refusalOf, serviceDraft, startRig, type RegistryRig } from "../registry-rig.fixture.ts";

const at = (name: string) => ({ namespace: "default", name });

describe("addresses of services", () => {
  let rig: RegistryRig;

  async function start(serviceRange?: string): Promise<void> {
    rig = await startRig(serviceRange === undefined ? {} : { serviceRange });
    await rig.registry.create("namespaces", { metadata: { name: "kube-system" } });
  }

  async function create(name: string, spec: Partial<Service["spec"]> = {}): Promise<Service> {
    return await rig.registry.create("services", serviceDraft(name, spec));
  }

  beforeEach(async () => {
    await start();
  });
  afterEach(async () => {
    await rig.stop();
  });

  it("V1 gives a service an address of the range and all that goes with it", async () => {
    const { spec } = await create("web");
    expect(spec.clusterIP).to.match(/^10\.96\.\d+\.\d+$/);
    expect(spec).to.deep.include({
      clusterIPs: [spec.clusterIP],
      ipFamilies: ["IPv4"],
      ipFamilyPolicy: "SingleStack",
      internalTrafficPolicy: "Cluster",
      sessionAffinity: "None",
      type: "ClusterIP",
    });
  });

  it("V2 V13 gives headless services None, and ExternalName services nothing", async () => {
    const headless = await create("nginx", { clusterIP: "None" });
    expect(headless.spec).to.deep.include({ clusterIP: "None", clusterIPs: ["None"], ipFamilies: ["IPv4"] });
    const { spec } = await create("out", { type: "ExternalName", externalName: "example.com", ports: [] });
    expect(spec).not.to.have.any.keys("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy");
  });

  it("V1 honours an asked address, refuses one that is taken, and gives it again when it is free", async () => {
    const { registry } = rig;
    expect((await create("a", { clusterIP: "10.96.7.7" })).spec.clusterIPs).to.deep.equal(["10.96.7.7"]);
    expect(await refusalOf(create("b", { clusterIP: "10.96.7.7" }))).to.equal(
      'Invalid 422: Service "b" is invalid: spec.clusterIPs: Invalid value: []string{"10.96.7.7"}: failed to allocate IP 10.96.7.7: provided IP is already allocated',
    );
    await registry.delete("services", at("a"));
    await create("b", { clusterIP: "10.96.7.7" });
  });

  it("refuses addresses outside the range, and families it does not have", async () => {
    expect(await refusalOf(create("a", { clusterIP: "192.168.1.1" }))).to.include(
      "failed to allocate IP 192.168.1.1: the provided IP (192.168.1.1) is not in the valid range. The range of valid IPs is 10.96.0.0/16",
    );
    expect(await refusalOf(create("a", { ipFamilyPolicy: "RequireDualStack" }))).to.include(
      'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services',
    );
    expect(await refusalOf(create("a", { ipFamilies: ["IPv6"] }))).to.include(
      'spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster',
    );
  });

  it("keeps the first address for the API and the tenth for DNS", async () => {
    const { registry } = rig;
    for (const clusterIP of ["10.96.0.1", "10.96.0.10"]) {
      expect(await refusalOf(create("a", { clusterIP }))).to.include("provided IP is already allocated");
    }
    expect((await create("kubernetes")).spec.clusterIP).to.equal("10.96.0.1");
    const dns = await registry.create("services", {
      ...serviceDraft("kube-dns"),
      metadata: { name: "kube-dns", namespace: "kube-system" },
    });
    expect(dns.spec.clusterIP).to.equal("10.96.0.10");
  });

  it("V1 never gives one address to two, until the range is full; a refused create keeps none", async () => {
    await rig.stop();
    await start("127.96.0.0/28");
    const names = Array.from({ length: 12 }, (_, index) => `s${index}`);
    const services = await Promise.all(names.map((name) => create(name)));
    expect(new Set(services.map(({ spec }) => spec.clusterIP)).size).to.equal(12);
    expect(await refusalOf(create("more"))).to.include("range is full");
    await rig.registry.delete("services", at("s3"));
    await create("dry", {}).catch(() => {});
    await rig.registry.delete("services", at("dry"));
    expect(await refusalOf(create("s1"))).to.include("AlreadyExists");
    await rig.registry.create("services", serviceDraft("tried"), { dryRun: true });
    expect(
      await refusalOf(
        rig.registry.create("services", { ...serviceDraft("x"), metadata: { name: "x", namespace: "no" } }),
      ),
    ).to.include("NotFound");
    await create("last");
  });

  it("lets one of many that ask for the same address have it", async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => create(`s${index}`, { clusterIP: "10.96.5.5" })),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).to.have.length(1);
  });

  it("knows the addresses that are taken after a restart", async () => {
    await create("a", { clusterIP: "10.96.7.7" });
    await rig.restart();
    expect(await refusalOf(create("b", { clusterIP: "10.96.7.7" }))).to.include("already allocated");
  });

  it("keeps the address over an update that leaves it out, and refuses another one", async () => {
    const { registry } = rig;
    const created = await create("a");
    const { clusterIP, clusterIPs, ipFamilies, ipFamilyPolicy, ...spec } = created.spec;
    const updated = await registry.update("services", { ...created, spec: { ...spec, ports: [{ port: 81 }] } });
    expect(updated.spec).to.deep.include({ clusterIP, clusterIPs, ipFamilies, ipFamilyPolicy });
    const moved = { ...updated, spec: { ...updated.spec, clusterIP: "10.96.9.9" } };
    expect(await refusalOf(registry.update("services", moved))).to.include("may not change once set");
    await create("b", { clusterIP: "10.96.9.9" });
  });

  it("V11 frees the address of a service that becomes an alias, and finds one when it is no alias any more", async () => {
    const { registry } = rig;
    const created = await create("a", { clusterIP: "10.96.7.7" });
    const spec = { ...created.spec, type: "ExternalName" as const, externalName: "example.com" };
    const alias = await registry.update("services", { ...created, spec });
    expect(alias.spec).not.to.have.any.keys("clusterIP", "clusterIPs", "ipFamilies");
    await create("b", { clusterIP: "10.96.7.7" });
    const { externalName: _name, ...rest } = alias.spec;
    const back = await registry.update("services", { ...alias, spec: { ...rest, type: "ClusterIP" } });
    expect(back.spec.clusterIP).to.match(/^10\.96\./);
  });
});
