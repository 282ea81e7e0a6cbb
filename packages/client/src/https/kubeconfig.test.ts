import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeError } from "@ordinal/runtime";
import { expect } from "chai";
import { stringify } from "yaml";
import { loadKubeconfig } from "./kubeconfig.ts";

describe("loadKubeconfig", () => {
  let folder: string;
  before(async () => void (folder = await mkdtemp(join(tmpdir(), "kubeconfig-"))));
  after(async () => await rm(folder, { recursive: true }));

  async function write(change: { cluster?: object; user?: object | undefined; file?: object }): Promise<string> {
    const { cluster = {}, user = { token: "secret" }, file = {} } = change;
    const path = join(folder, "config");
    const config = {
      apiVersion: "v1",
      kind: "Config",
      "current-context": "here",
      contexts: [
        { name: "other", context: { cluster: "away", user: "me" } },
        { name: "here", context: { cluster: "home", user: "me", namespace: "team" } },
      ],
      clusters: [
        { name: "home", cluster: { server: "https://127.0.0.1:6445/", ...cluster } },
        { name: "away", cluster: { server: "https://example.org/k8s/clusters/c-1" } },
      ],
      users: [{ name: "me", user }],
      ...file,
    };
    await writeFile(path, stringify(config));
    return path;
  }

  it("reads the current context: server, data, namespace and token", async () => {
    const path = await write({
      cluster: { "certificate-authority-data": base64("CA"), "tls-server-name": "kubernetes" },
    });
    expect(await loadKubeconfig(path)).to.deep.equal({
      server: "https://127.0.0.1:6445",
      ca: "CA",
      tlsServerName: "kubernetes",
      namespace: "team",
      credentials: { by: "token", token: "secret" },
    });
  });

  it("reads another context when asked to, with the path of its server", async () => {
    expect(await loadKubeconfig(await write({}), { context: "other" })).to.deep.equal({
      server: "https://example.org/k8s/clusters/c-1",
      credentials: { by: "token", token: "secret" },
    });
  });

  it("reads files beside the kubeconfig, and data before files", async () => {
    await mkdir(join(folder, "pki"), { recursive: true });
    for (const name of ["ca", "crt", "key"]) await writeFile(join(folder, "pki", name), `file of ${name}`);
    const user = {
      "client-certificate": "pki/crt",
      "client-key": join(folder, "pki/key"),
      "client-key-data": base64("data of key"),
    };
    const access = await loadKubeconfig(await write({ cluster: { "certificate-authority": "pki/ca" }, user }));
    expect(access.ca).to.equal("file of ca");
    expect(access.credentials).to.deep.equal({ by: "certificate", certificate: "file of crt", key: "data of key" });
  });

  it("reads skipping of verification, token files, passwords and no credentials at all", async () => {
    const skip = await loadKubeconfig(await write({ cluster: { "insecure-skip-tls-verify": true }, user: {} }));
    expect(skip).to.include({ insecureSkipTlsVerify: true });
    expect(skip.credentials).to.deep.equal({ by: "nothing" });
    const byFile = await loadKubeconfig(await write({ user: { token: "old", tokenFile: "token" } }));
    expect(byFile.credentials).to.deep.equal({ by: "token file", path: join(folder, "token") });
    const byPassword = await loadKubeconfig(await write({ user: { username: "u", password: "p" } }));
    expect(byPassword.credentials).to.deep.equal({ by: "password", username: "u", password: "p" });
  });

  const refused: readonly (readonly [what: string, change: Parameters<typeof write>[0], message: string])[] = [
    ["an exec plugin", { user: { exec: { command: "aws" } } }, 'user "me" uses exec, which is not supported here'],
    ["an auth provider", { user: { "auth-provider": { name: "gcp" } } }, 'user "me" uses auth-provider'],
    ["impersonation", { user: { as: "root", token: "t" } }, 'user "me" uses as,'],
    ["a proxy", { cluster: { "proxy-url": "http://proxy" } }, 'cluster "home" uses proxy-url'],
    ["plain http", { cluster: { server: "http://127.0.0.1" } }, 'cluster "home" has server "http://127.0.0.1"'],
    ["no server", { cluster: { server: "" } }, 'cluster "home" has no server'],
    ["a certificate without key", { user: { "client-certificate-data": "eA==" } }, "needs both client-certificate"],
    ["a missing file", { cluster: { "certificate-authority": "none.crt" } }, "ENOENT"],
    ["no current context", { file: { "current-context": "" } }, "it has no current-context"],
    ["an unknown user", { file: { users: [] } }, 'there is no user "me"; the file has: none'],
    ["a token that is a number", { user: { token: 12 } }, 'token of user "me" must be a text'],
    ["lists that are none", { file: { clusters: "home" } }, 'there is no cluster "home"'],
    ["entries that are none", { file: { clusters: ["home"] } }, "an entry of clusters must be a mapping"],
  ];
  for (const [what, change, message] of refused) {
    it(`refuses ${what}, naming the file`, async () => {
      const path = await write(change);
      expect(await failure(path))
        .to.include(`cannot use kubeconfig ${path}: `)
        .and.to.include(message);
    });
  }

  it("refuses an unknown context, naming the known ones", async () => {
    expect(await failure(await write({}), { context: "nope" })).to.include(
      'there is no context "nope"; the file has: other, here',
    );
  });

  it("refuses a missing file, an empty one, and one that is no YAML", async () => {
    expect(await failure(join(folder, "missing"))).to.include("ENOENT");
    const path = join(folder, "broken");
    await writeFile(path, "");
    expect(await failure(path)).to.include("the file must be a mapping");
    await writeFile(path, "a: [1");
    expect(await failure(path)).to.include("line 1");
  });
});

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

async function failure(path: string, options?: { context?: string }): Promise<string> {
  return await loadKubeconfig(path, options).then(() => "no failure", describeError);
}
