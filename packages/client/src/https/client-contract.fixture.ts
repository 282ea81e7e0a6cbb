import { isApiError, type Pod, type Reason } from "@ordinal/api";
import { expect } from "chai";
import type { Client, WatchEvent } from "../client.ts";

/** What every `Client` must do, in process or over HTTPS. `connect` gives one of an API server that has the namespace `default`. */
export function itKeepsTheClientContract(connect: () => Client): void {
  const namespace = "default";
  const refOf = (name: string) => ({ namespace, name });
  const configMap = (name: string, data: Readonly<Record<string, string>> = {}) => ({
    metadata: { namespace, name, labels: { test: name } },
    data,
  });
  const podNamed = (name: string) => ({
    metadata: { namespace, name, labels: { test: name } },
    spec: { containers: [{ name: "main", image: "busybox" }] },
  });
  const labelled = (test: string) => ({
    namespace,
    labelSelector: [{ operator: "in", key: "test", values: [test] }] as const,
  });

  it("creates an object as others then read it", async () => {
    const client = connect();
    const name = fresh();
    const created = await client.create("configmaps", configMap(name, { key: "grüße\n日本語" }));
    expect(created).to.include({ apiVersion: "v1", kind: "ConfigMap" });
    expect(created.metadata).to.include({ name, namespace });
    expect(created.metadata.uid).to.match(/^[0-9a-f-]{36}$/);
    expect(await client.get("configmaps", refOf(name))).to.deep.equal(created);
  });

  const failures: readonly (readonly [what: string, reason: Reason, work: (client: Client) => Promise<unknown>])[] = [
    ["reading what is not there", "NotFound", (client) => client.get("configmaps", refOf("no-such"))],
    ["deleting what is not there", "NotFound", (client) => client.delete("configmaps", refOf("no-such"))],
    [
      "patching what is not there",
      "NotFound",
      (client) => client.patch("configmaps", refOf("no-such"), { type: "merge", body: {} }),
    ],
    [
      "a namespace that is not there",
      "NotFound",
      (client) => client.create("configmaps", { metadata: { namespace: "no-such", name: "x" } }),
    ],
    ["a bad name", "Invalid", (client) => client.create("configmaps", configMap("Not A Name"))],
    [
      "an unknown field, when it is to be strict",
      "BadRequest",
      (client) =>
        client.create("configmaps", { ...configMap(fresh()), extra: 1 } as object as Pod, {
          fieldValidation: "Strict",
        }),
    ],
  ];
  for (const [what, reason, work] of failures) {
    it(`answers ${what} with ${reason}`, async () => {
      const error = await failureOf(work(connect()));
      expect(error).to.include({ reason });
    });
  }

  it("creates a name only once, with upstream's words for the second time", async () => {
    const client = connect();
    const name = fresh();
    await client.create("configmaps", configMap(name));
    const error = await failureOf(client.create("configmaps", configMap(name)));
    expect(error).to.include({ reason: "AlreadyExists", message: `configmaps "${name}" already exists` });
  });

  it("stores nothing in a dry run, and hands on warnings", async () => {
    const client = connect();
    const name = fresh();
    const warnings: string[] = [];
    const draft = { ...configMap(name), extra: 1 };
    const options = {
      dryRun: true,
      fieldValidation: "Warn",
      onWarning: (text: string) => warnings.push(text),
    } as const;
    expect((await client.create("configmaps", draft, options)).metadata.name).to.equal(name);
    expect(warnings).to.deep.equal(['unknown field "extra"']);
    expect(await failureOf(client.get("configmaps", refOf(name)))).to.include({ reason: "NotFound" });
  });

  it("updates a version only while it is the newest", async () => {
    const client = connect();
    const first = await client.create("configmaps", configMap(fresh(), { a: "1" }));
    const second = await client.update("configmaps", { ...first, data: { a: "2" } });
    expect(Number(second.metadata.resourceVersion)).to.be.greaterThan(Number(first.metadata.resourceVersion));
    expect(await failureOf(client.update("configmaps", { ...first, data: { a: "3" } }))).to.include({
      reason: "Conflict",
    });
    expect((await client.get("configmaps", refOf(first.metadata.name))).data).to.deep.equal({ a: "2" });
  });

  it("writes spec and status together when asked to", async () => {
    const client = connect();
    const pod = await client.create("pods", podNamed(fresh()));
    const labels = { more: "yes" };
    const next = { ...pod, metadata: { ...pod.metadata, labels }, status: { phase: "Running" } };
    const written = await client.update("pods", next, { withStatus: true });
    expect([written.metadata.labels, written.status?.phase]).to.deep.equal([labels, "Running"]);
    expect(await client.get("pods", refOf(pod.metadata.name))).to.deep.equal(written);
    expect(await failureOf(client.update("pods", next, { withStatus: true }))).to.include({ reason: "Conflict" });
  });

  it("creates with a status when asked to, and without one otherwise", async () => {
    const client = connect();
    const draft = { ...podNamed(fresh()), status: { phase: "Running" } };
    expect((await client.create("pods", draft)).status?.phase).to.equal("Pending");
    const other = { ...draft, metadata: { ...draft.metadata, name: fresh() } };
    const written = await client.create("pods", other, { withStatus: true });
    expect(written.status).to.include({ phase: "Running" });
    expect(await client.get("pods", refOf(written.metadata.name))).to.deep.equal(written);
  });

  it("keeps status and spec apart", async () => {
    const client = connect();
    const pod = await client.create("pods", podNamed(fresh()));
    const status = { phase: "Running", podIP: "10.244.0.9" };
    const running = await client.update("pods", { ...pod, status }, { subresource: "status" });
    expect(running.status).to.include(status);
    const at = refOf(pod.metadata.name);
    const patch = {
      type: "merge",
      body: { status: { phase: "Failed" }, metadata: { labels: { more: "yes" } } },
    } as const;
    const patched = await client.patch("pods", at, patch);
    expect([patched.status?.phase, patched.metadata.labels?.["more"]]).to.deep.equal(["Running", "yes"]);
    const failed = await client.patch("pods", at, { ...patch, subresource: "status" });
    expect(failed.status?.phase).to.equal("Failed");
  });

  const patches = [
    {
      type: "json",
      body: [
        { op: "replace", path: "/data/a", value: "2" },
        { op: "remove", path: "/data/b" },
      ],
    },
    { type: "merge", body: { data: { a: "2", b: null } } },
    { type: "strategic", body: { data: { a: "2", b: null } } },
  ] as const;
  for (const patch of patches) {
    it(`applies a ${patch.type} patch`, async () => {
      const client = connect();
      const name = fresh();
      await client.create("configmaps", configMap(name, { a: "1", b: "1", c: "1" }));
      expect((await client.patch("configmaps", refOf(name), patch)).data).to.deep.equal({ a: "2", c: "1" });
    });
  }

  it("deletes, with preconditions, and gives back what was there", async () => {
    const client = connect();
    const { metadata } = await client.create("configmaps", configMap(fresh()));
    const at = refOf(metadata.name);
    const other = { preconditions: { uid: "00000000-0000-0000-0000-000000000000" } };
    expect(await failureOf(client.delete("configmaps", at, other))).to.include({ reason: "Conflict" });
    const deleted = await client.delete("configmaps", at, { preconditions: { uid: metadata.uid } });
    expect(deleted.metadata).to.include({ name: metadata.name, uid: metadata.uid });
    expect(await failureOf(client.get("configmaps", at))).to.include({ reason: "NotFound" });
  });

  it("binds a pod, which then terminates gracefully, and goes at once with grace 0", async () => {
    const client = connect();
    const at = refOf((await client.create("pods", podNamed(fresh()))).metadata.name);
    await client.bind(at, "ordinal");
    expect((await client.get("pods", at)).spec.nodeName).to.equal("ordinal");
    expect(await failureOf(client.bind(at, "other"))).to.include({ reason: "Conflict" });
    const going = await client.delete("pods", at, { gracePeriodSeconds: 7 });
    expect(going.metadata.deletionGracePeriodSeconds).to.equal(7);
    expect((await client.get("pods", at)).metadata.deletionTimestamp).to.be.a("string");
    await client.delete("pods", at, { gracePeriodSeconds: 0 });
    expect(await failureOf(client.get("pods", at))).to.include({ reason: "NotFound" });
  });

  it("lists by label and field, in pages that together are the whole", async () => {
    const client = connect();
    const group = fresh();
    const names = [`${group}-a`, `${group}-b`, `${group}-c`];
    for (const name of names) {
      await client.create("configmaps", { metadata: { namespace, name, labels: { test: group } } });
    }
    const where = labelled(group);
    const whole = await client.list("configmaps", where);
    expect(whole.items.map(({ metadata }) => metadata.name)).to.deep.equal(names);
    expect(whole.items[0]).to.include({ apiVersion: "v1", kind: "ConfigMap" });
    expect(whole.continueToken).to.equal(undefined);

    const first = await client.list("configmaps", { ...where, limit: 2 });
    expect(first.items.map(({ metadata }) => metadata.name)).to.deep.equal(names.slice(0, 2));
    const continueToken = first.continueToken ?? expect.fail("there is no second page");
    const second = await client.list("configmaps", { ...where, limit: 2, continueToken });
    expect(second.items.map(({ metadata }) => metadata.name)).to.deep.equal(names.slice(2));
    expect(second.revision).to.equal(first.revision);

    const byName = { operator: "in", key: "metadata.name", values: [names[1] ?? ""] } as const;
    const one = await client.list("configmaps", { namespace, fieldSelector: [byName] });
    expect(one.items.map(({ metadata }) => metadata.name)).to.deep.equal([names[1]]);
  });

  it("watches from a list on, losing nothing, and objects come and go with their labels", async () => {
    const client = connect();
    const group = fresh();
    const ending = new AbortController();
    const { revision } = await client.list("configmaps", labelled(group));
    const first = await client.create("configmaps", configMap(group));
    const seen = collect(
      client.watch("configmaps", { ...labelled(group), fromRevision: revision, signal: ending.signal }),
      {
        count: 4,
        ending,
      },
    );
    const at = refOf(group);
    await client.patch("configmaps", at, { type: "merge", body: { metadata: { labels: { test: "other" } } } });
    await client.patch("configmaps", at, { type: "merge", body: { metadata: { labels: { test: group } } } });
    await client.delete("configmaps", at);
    const events = await seen;
    expect(events.map(({ type }) => type)).to.deep.equal(["ADDED", "DELETED", "ADDED", "DELETED"]);
    expect(events[0]?.object).to.deep.equal(first);
    expect(events[0]?.revision).to.equal(Number(first.metadata.resourceVersion));
    const revisions = events.map((event) => event.revision);
    expect(revisions).to.deep.equal([...new Set(revisions)].toSorted((a, b) => a - b));
    expect((await client.list("configmaps")).revision).to.be.at.least(revisions.at(-1) ?? 0);
  });

  it("watches without a revision from what is there", async () => {
    const client = connect();
    const group = fresh();
    await client.create("configmaps", configMap(group));
    const ending = new AbortController();
    const events = await collect(client.watch("configmaps", { ...labelled(group), signal: ending.signal }), {
      count: 1,
      ending,
    });
    expect(events.map(({ type, object }) => [type, object.metadata.name])).to.deep.equal([["ADDED", group]]);
  });

  it("ends a watch quietly when it is aborted", async () => {
    const ending = new AbortController();
    const watching = connect().watch("configmaps", { ...labelled("nobody"), signal: ending.signal });
    const ended = watching[Symbol.asyncIterator]().next();
    ending.abort();
    expect((await ended).done).to.equal(true);
  });
}

/** A name that no other test uses. */
function fresh(): string {
  return `contract-${crypto.randomUUID()}`;
}

async function collect<T>(
  events: AsyncIterable<WatchEvent<T>>,
  { count, ending }: { readonly count: number; readonly ending: AbortController },
): Promise<readonly WatchEvent<T>[]> {
  const found: WatchEvent<T>[] = [];
  for await (const event of events) {
    if (event.type !== "BOOKMARK") found.push(event);
    if (found.length === count) ending.abort();
  }
  return found;
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => expect.fail("it did not fail"),
    (error: unknown) => (isApiError(error) ? error : expect.fail(`not an ApiError: ${String(error)}`)),
  );
}
