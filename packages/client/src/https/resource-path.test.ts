import { ApiError } from "@ordinal/api";
import { expect } from "chai";
import { listQuery, pathOf, watchQuery, writeQuery } from "./resource-path.ts";

describe("pathOf", () => {
  const cases = [
    [pathOf("pods", {}), "/api/v1/pods"],
    [pathOf("pods", { namespace: "default" }), "/api/v1/namespaces/default/pods"],
    [pathOf("pods", { namespace: "default", name: "web-0" }), "/api/v1/namespaces/default/pods/web-0"],
    [
      pathOf("statefulsets", { namespace: "a", name: "web", subresource: "status" }),
      "/apis/apps/v1/namespaces/a/statefulsets/web/status",
    ],
    [pathOf("namespaces", { name: "default" }), "/api/v1/namespaces/default"],
    [pathOf("nodes", { namespace: "", name: "ordinal" }), "/api/v1/nodes/ordinal"],
    [
      pathOf("storageclasses", { namespace: "ignored", name: "local-path" }),
      "/apis/storage.k8s.io/v1/storageclasses/local-path",
    ],
    [pathOf("pods", { namespace: "a/b", name: "c?d" }), "/api/v1/namespaces/a%2Fb/pods/c%3Fd"],
  ] as const;
  for (const [path, expected] of cases) it(`builds ${expected}`, () => expect(path).to.equal(expected));

  it("refuses a namespaced object without a namespace", () => {
    expect(() => pathOf("pods", { name: "web-0" })).to.throw(ApiError, "an empty namespace may not be set");
  });
});

describe("queries", () => {
  it("are empty when there is nothing to say", () => {
    expect([listQuery({}), writeQuery({}), listQuery({ labelSelector: [] })]).to.deep.equal(["", "", ""]);
  });

  it("carry selectors, limit and continue", () => {
    const query = listQuery({
      labelSelector: [
        { operator: "in", key: "app", values: ["web", "db"] },
        { operator: "absent", key: "gone" },
      ],
      fieldSelector: [{ operator: "notin", key: "status.phase", values: ["Failed"] }],
      limit: 500,
      continueToken: "abc=",
    });
    expect(Object.fromEntries(new URLSearchParams(query))).to.deep.equal({
      labelSelector: "app in (web,db),!gone",
      fieldSelector: "status.phase!=Failed",
      limit: "500",
      continue: "abc=",
    });
  });

  it("of a watch ask for bookmarks, and name a revision only when there is one", () => {
    expect(watchQuery({ fromRevision: 0 })).to.equal("?watch=true&allowWatchBookmarks=true&resourceVersion=0");
    expect(watchQuery({})).to.equal("?watch=true&allowWatchBookmarks=true");
  });

  it("of a write carry dry run and validation", () => {
    expect(writeQuery({ dryRun: true, fieldValidation: "Strict" })).to.equal("?dryRun=All&fieldValidation=Strict");
    expect(writeQuery({ dryRun: false })).to.equal("");
  });
});
