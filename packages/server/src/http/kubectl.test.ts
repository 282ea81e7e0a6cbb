import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { systemClock, timestamp } from "@ordinal/runtime";
import { expect } from "chai";
import { startTestServer, type TestServer } from "./api-server.fixture.ts";
import { findKubectl, kubectlFor, type Kubectl } from "./kubectl.fixture.ts";

const service = `
apiVersion: v1
kind: Service
metadata: { name: nginx, labels: { app: nginx } }
spec:
  ports: [{ port: 80, name: web }]
  clusterIP: None
  selector: { app: nginx }
`;

const statefulSet = `
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: web }
spec:
  serviceName: nginx
  replicas: 2
  selector: { matchLabels: { app: nginx } }
  template:
    metadata: { labels: { app: nginx } }
    spec:
      containers:
      - name: nginx
        image: nginx:1.9.1
        ports: [{ containerPort: 80, name: web }]
`;

const words = (text: string): readonly (readonly string[])[] =>
  text
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s{2,}/));

for (const version of ["1.27", "1.33"]) {
  const path = findKubectl(version);
  const about =
    path === undefined
      ? `kubectl ${version} (left out: no kubectl.${version} beside the kubectl on PATH)`
      : `kubectl ${version}`;
  (path === undefined ? describe.skip : describe)(about, () => {
    let server: TestServer;
    let kubectl: Kubectl;

    before(async () => {
      server = await startTestServer();
      kubectl = kubectlFor(server, path ?? "");
      await writeFile(join(server.dir, "svc.yaml"), service);
      await writeFile(join(server.dir, "sts.yaml"), statefulSet);
    });
    after(async () => await server.stop());

    it("A2 creates and applies manifests", async () => {
      expect(await kubectl.say("create", "-f", "svc.yaml")).to.equal("service/nginx created\n");
      expect(await kubectl.say("apply", "-f", "sts.yaml")).to.equal("statefulset.apps/web created\n");
      expect(await kubectl.say("apply", "-f", "sts.yaml")).to.equal("statefulset.apps/web unchanged\n");
      const again = await kubectl.run(["create", "-f", "svc.yaml"]);
      expect(again.err).to.include(
        'Error from server (AlreadyExists): error when creating "svc.yaml": services "nginx" already exists',
      );
    });

    it("A7 shows them in tables", async () => {
      const [titles, cells] = words(await kubectl.say("get", "svc", "nginx"));
      expect(titles).to.deep.equal(["NAME", "TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "AGE"]);
      expect(cells?.slice(0, -1)).to.deep.equal(["nginx", "ClusterIP", "None", "<none>", "80/TCP"]);
      const [head, row] = words(await kubectl.say("get", "sts", "web", "-o", "wide"));
      expect(head).to.deep.equal(["NAME", "READY", "AGE", "CONTAINERS", "IMAGES"]);
      expect(row?.toSpliced(2, 1)).to.deep.equal(["web", "0/2", "nginx", "nginx:1.9.1"]);
      expect(await kubectl.say("get", "all", "-A"))
        .to.include("service/nginx")
        .and.include("statefulset.apps/web");
      expect(await kubectl.say("get", "sts", "-o", "name")).to.equal("statefulset.apps/web\n");
      expect(await kubectl.say("get", "sts", "web", "-o", "yaml")).to.match(
        /^apiVersion: apps\/v1\nkind: StatefulSet\n/,
      );
      expect(await kubectl.say("get", "ns", "--sort-by=.metadata.name")).to.match(/default[^]*kube-system/);
      expect(words(await kubectl.say("get", "ns", "--chunk-size=1"))).to.have.length(3);
      expect((await kubectl.run(["get", "po", "nosuch"])).err).to.equal(
        'Error from server (NotFound): pods "nosuch" not found\n',
      );
    });

    it("A8 selects by labels and fields", async () => {
      const both = ["get", "svc,sts", "-o", "name"];
      expect(await kubectl.say(...both, "-l", "app in (nginx),!other")).to.equal("service/nginx\n");
      expect(await kubectl.say(...both, "-l", "app!=nginx")).to.equal("statefulset.apps/web\n");
      expect(await kubectl.say(...both, "--field-selector", "metadata.name=web")).to.equal("statefulset.apps/web\n");
      expect(await kubectl.say(...both, "--field-selector", "metadata.name!=web")).to.equal("service/nginx\n");
    });

    it("A5 labels, annotates, patches in three ways, scales, edits and replaces", async () => {
      const replicas = async (): Promise<string> =>
        await kubectl.say("get", "sts", "web", "-o", "jsonpath={.spec.replicas}");
      expect(await kubectl.say("label", "sts", "web", "tier=x")).to.include("labeled");
      expect(await kubectl.say("annotate", "sts", "web", "note=y")).to.match(/statefulset.apps\/web annotated?\n/);
      await kubectl.say("patch", "sts", "web", "-p", '{"spec":{"replicas":3}}');
      expect(await replicas()).to.equal("3");
      await kubectl.say("patch", "sts", "web", "--type=merge", "-p", '{"metadata":{"labels":{"tier":null}}}');
      expect(await kubectl.say("get", "sts", "web", "-o", "jsonpath={.metadata.labels}")).to.equal("");
      await kubectl.say(
        "patch",
        "sts",
        "web",
        "--type=json",
        "-p",
        '[{"op":"replace","path":"/spec/replicas","value":1}]',
      );
      expect(await replicas()).to.equal("1");
      await kubectl.say("scale", "sts", "web", "--replicas=4");
      await kubectl.say("scale", "sts", "web", "--current-replicas=4", "--replicas=2");
      expect(await replicas()).to.equal("2");
      expect(words(await kubectl.say("get", "sts", "web", "--subresource=scale"))[1]?.slice(0, 3)).to.deep.equal([
        "web",
        "2",
        "0",
      ]);
      expect(await kubectl.say("set", "image", "sts/web", "nginx=nginx:2")).to.equal(
        "statefulset.apps/web image updated\n",
      );
      const edited = await kubectl.run(["edit", "sts", "web"], { editor: "sed -i s/nginx:2/nginx:3/" });
      expect(edited.out).to.equal("statefulset.apps/web edited\n");
      const current = await kubectl.say("get", "sts", "web", "-o", "json");
      expect(current).to.include('"image": "nginx:3"');
      const replaced = await kubectl.run(["replace", "-f", "-"], { input: current.replace("nginx:3", "nginx:4") });
      expect(replaced.out).to.equal("statefulset.apps/web replaced\n");
      const stale = await kubectl.run(["replace", "-f", "-"], { input: current });
      expect(stale.err).to.include("(Conflict)").and.include("the object has been modified");
    });

    it("A6 checks fields, tries things out and shows differences", async () => {
      const wrong = statefulSet.replace("replicas:", "replicaz:");
      const refused = await kubectl.run(["apply", "-f", "-"], { input: wrong });
      expect(refused.err).to.include('strict decoding error: unknown field "spec.replicaz"');
      const warned = await kubectl.run(["apply", "--validate=warn", "--dry-run=server", "-f", "-"], { input: wrong });
      expect(warned.err).to.include('Warning: unknown field "spec.replicaz"');
      expect(warned.out).to.equal("statefulset.apps/web configured (server dry run)\n");
      const diff = await kubectl.run(["diff", "-f", "sts.yaml"]);
      expect([diff.code, diff.err]).to.deep.equal([1, ""]);
      expect(diff.out)
        .to.match(/^-.*image: nginx:4$/m)
        .and.match(/^\+.*image: nginx:1.9.1$/m);
      const serverSide = await kubectl.run(["apply", "--server-side", "-f", "sts.yaml"]);
      expect(serverSide.err).to.include("use kubectl apply without --server-side");
    });

    it("A2 makes objects with its generators, which newer ones send as protobuf", async () => {
      await kubectl.say("create", "cm", "cm1", "--from-literal=a=b");
      await kubectl.say("create", "secret", "generic", "secret1", "--from-literal=a=b");
      await kubectl.say("create", "sa", "account1");
      await kubectl.say("create", "ns", "ns1");
      await kubectl.say("create", "service", "clusterip", "svc1", "--tcp=80:8080");
      const all = await kubectl.say("get", "cm/cm1", "secret/secret1", "svc/svc1", "-o", "json");
      const { items } = JSON.parse(all) as { items: { metadata: object; data?: object; spec?: { ports: object[] } }[] };
      expect(items.map(({ data }) => data)).to.deep.equal([{ a: "b" }, { a: "Yg==" }, undefined]);
      expect(items[2]?.spec?.ports).to.deep.equal([{ name: "80-8080", port: 80, protocol: "TCP", targetPort: 8080 }]);
      expect(items[0]?.metadata).to.not.have.any.keys("generateName", "generation", "deletionGracePeriodSeconds");
      expect(await kubectl.say("get", "sa,ns", "-A"))
        .to.include("account1")
        .and.match(/namespace\/ns1 +Active/);
      const unserved = await kubectl.run(["create", "deployment", "d", "--image=x"]);
      expect(unserved.err).to.include("the server could not find the requested resource");
    });

    it("A14 asks what it may do", async () => {
      expect(await kubectl.say("auth", "can-i", "delete", "pods")).to.equal("yes\n");
      expect(await kubectl.say("auth", "can-i", "--list")).to.match(/\*\.\* .*\[\*\]/);
      if (version !== "1.27") expect(await kubectl.say("auth", "whoami")).to.include("ordinal-admin");
    });

    it("A1 explains fields", async () => {
      expect(await kubectl.say("explain", "sts.spec.replicas")).to.match(/FIELD: +replicas <integer>/);
      expect(await kubectl.say("api-resources")).to.match(/^statefulsets +sts +apps\/v1 +true +StatefulSet$/m);
      expect(await kubectl.say("version")).to.include("v1.33.1+test");
    });

    it("A12 shows events, and describes objects with theirs", async () => {
      const { uid } = (await server.registry.get("statefulsets", { namespace: "default", name: "web" })).metadata;
      await server.registry.create("events", {
        metadata: { name: "web.1", namespace: "default" },
        involvedObject: { apiVersion: "apps/v1", kind: "StatefulSet", name: "web", namespace: "default", uid },
        type: "Normal",
        reason: "SuccessfulCreate",
        message: "create Pod web-0 in StatefulSet web successful",
        source: { component: "statefulset-controller" },
        firstTimestamp: timestamp(systemClock.now()),
        lastTimestamp: timestamp(systemClock.now()),
        count: 1,
      });
      const described = await kubectl.say("describe", "sts", "web");
      expect(described).to.match(/Normal +SuccessfulCreate +\S+ +statefulset-controller +create Pod web-0/);
      expect(await kubectl.say("get", "events")).to.match(
        /Normal +SuccessfulCreate +statefulset\/web +create Pod web-0/,
      );
      expect(await kubectl.say("events", "--for=sts/web")).to.include("SuccessfulCreate");
      expect(await kubectl.say("describe", "svc", "nginx")).to.match(/^IP: +None$/m);
    });

    it("A13 runs pods, watches them, waits for them and deletes them", async () => {
      const watching = kubectl.start("get", "po", "-w", "--no-headers");
      const lines = linesOf(watching.stdout as Readable);
      await kubectl.say("run", "p1", "--image=busybox", "--restart=Never", "--", "sh");
      expect((await lines.next()).value).to.match(/^p1 +0\/1 +Pending +0 /);
      const at = { namespace: "default", name: "p1" };
      const wait = kubectl.run(["wait", "--for=condition=Ready", "pod/p1", "--timeout=20s"]);
      await server.registry.bind(at, "ordinal");
      const status = {
        phase: "Running",
        conditions: [{ type: "Ready", status: "True" }],
        containerStatuses: [
          { name: "p1", ready: true, restartCount: 2, image: "busybox", imageID: "", state: { running: {} } },
        ],
        podIPs: [{ ip: "10.244.0.9" }],
      };
      await server.registry.patch("pods", at, { type: "merge", subresource: "status", body: { status } });
      expect((await wait).out).to.equal("pod/p1 condition met\n");
      let line = (await lines.next()).value;
      while (!/Running/.test(String(line))) line = (await lines.next()).value;
      expect(line).to.match(/^p1 +1\/1 +Running +2 /);
      watching.kill();
      await once(watching, "exit");
      expect(await kubectl.say("get", "po", "-o", "wide")).to.match(
        /p1 +1\/1 +Running +2 +\S+ +10.244.0.9 +ordinal +<none> +<none>/,
      );
      const deletion = kubectl.run(["delete", "po", "p1"]);
      await gone(server, at.name);
      expect((await deletion).out).to.include('pod "p1" deleted');
      expect(await kubectl.say("delete", "cm", "--all")).to.include('configmap "cm1" deleted');
      const timedOut = await kubectl.run(["wait", "--for=delete", "sts/web", "--timeout=1s"]);
      expect(timedOut.code).to.equal(1);
      expect(await kubectl.say("delete", "-f", "sts.yaml")).to.include("deleted");
    });
  });
}

/** Does what runs pods would do: sees the pod terminate, and removes it. */
async function gone({ registry }: TestServer, name: string): Promise<void> {
  const ending = new AbortController();
  for await (const { object } of registry.watch("pods", { signal: ending.signal })) {
    if (object.metadata.name !== name || object.metadata.deletionTimestamp === undefined) continue;
    await registry.delete("pods", { namespace: "default", name }, { gracePeriodSeconds: 0 });
    break;
  }
  ending.abort();
}

async function* linesOf(stream: Readable): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
