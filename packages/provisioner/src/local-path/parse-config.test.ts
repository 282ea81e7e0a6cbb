import { expect } from "chai";
import type { StorageClass } from "@ordinal/api";
import { chooseBase } from "./choose-base.ts";
import { parseLocalPathConfig } from "./parse-config.ts";

const classOf = (name: string, parameters: Record<string, string> = {}): StorageClass => ({
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name, uid: "", resourceVersion: "", creationTimestamp: "" },
  provisioner: "rancher.io/local-path",
  parameters,
});
const nodes = (...paths: readonly (readonly [string, readonly string[]])[]) => ({
  nodePathMap: paths.map(([node, each]) => ({ node, paths: each })),
});
const others = "DEFAULT_PATH_FOR_NON_LISTED_NODES";

function choose(config: object, storageClass = classOf("any"), claimUid = "1"): string {
  const parsed = parseLocalPathConfig(JSON.stringify(config));
  if (!parsed.ok) return parsed.error;
  const chosen = chooseBase(parsed.value, { storageClass, nodeName: "ordinal", claimUid });
  return chosen.ok ? `${chosen.value.base}${chosen.value.isShared ? " shared" : ""}` : chosen.error;
}

describe("the configuration of local-path", () => {
  const cases: readonly (readonly [what: string, config: object, expected: string, storageClass?: StorageClass])[] = [
    ["takes the paths of the node", nodes(["ordinal", ["/own"]], [others, ["/other"]]), "/own"],
    ["takes those for nodes that are not listed", nodes(["second", ["/own"]], [others, ["/other/"]]), "/other"],
    [
      "refuses a node without paths",
      nodes(["ordinal", []], [others, ["/other"]]),
      "no local path available on node ordinal",
    ],
    [
      "refuses a node it does not know",
      nodes(["second", ["/own"]]),
      `config doesn't contain node ordinal, and no ${others} available`,
    ],
    ["takes the path the class wants", nodes([others, ["/a", "/b", "/c"]]), "/c", classOf("x", { nodePath: "/c" })],
    [
      "refuses one that is not allowed",
      nodes([others, ["/a"]]),
      "config doesn't contain path /etc on node ordinal",
      classOf("x", { nodePath: "/etc" }),
    ],
    ["takes a shared file system", { sharedFileSystemPath: "/shared" }, "/shared shared"],
    [
      "takes the paths of the class",
      { storageClassConfigs: { fast: nodes([others, ["/fast"]]) } },
      "/fast",
      classOf("fast"),
    ],
    [
      "refuses a class without",
      { storageClassConfigs: { fast: nodes([others, ["/fast"]]) } },
      "the local-path configuration has no paths for StorageClass slow",
      classOf("slow"),
    ],
    [
      "refuses a path that is not absolute",
      nodes([others, ["relative"]]),
      "nodePathMap[0].paths[0]: path must start with / for path relative",
    ],
    ["refuses the root", nodes([others, ["/x/.."]]), "nodePathMap[0].paths[0]: cannot use root ('/') as path"],
    ["refuses a path twice", nodes([others, ["/a", "/a/"]]), "nodePathMap[0].paths: duplicate path /a"],
    ["refuses a node twice", nodes([others, ["/a"]], [others, ["/b"]]), `nodePathMap[1]: duplicate node ${others}`],
    [
      "refuses both kinds",
      { ...nodes([others, ["/a"]]), sharedFileSystemPath: "/b" },
      "both nodePathMap and sharedFileSystemPath are defined; only one may be in use",
    ],
    ["refuses neither", {}, "both nodePathMap and sharedFileSystemPath are unconfigured; give one of them"],
    [
      "refuses a time that is none",
      { ...nodes([others, ["/a"]]), cmdTimeoutSeconds: "10" },
      "cmdTimeoutSeconds: must be a whole number of seconds up to 86400",
    ],
  ];
  for (const [what, config, expected, storageClass] of cases)
    it(`S30 ${what}`, () => expect(choose(config, storageClass)).to.equal(expected));

  it("S30 draws one of several paths for each claim, and the same one again", () => {
    const config = nodes([others, ["/a", "/b", "/c"]]);
    const uids = Array.from({ length: 60 }, (_, index) => `uid-${index}`);
    const drawn = uids.map((uid) => choose(config, classOf("any"), uid));
    expect(new Set(drawn)).to.deep.equal(new Set(["/a", "/b", "/c"]));
    expect(uids.map((uid) => choose(config, classOf("any"), uid))).to.deep.equal(drawn);
  });
});
