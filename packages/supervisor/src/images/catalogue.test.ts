import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { silentLogger, type Logger } from "@ordinal/runtime";
import { expect } from "chai";
import { startCatalogue } from "./catalogue.ts";
import { chooseImage } from "./choose-image.ts";
import type { Catalogue } from "./profile.ts";

const shipped = resolve(import.meta.dirname, "../../../../config/images");

describe("the catalogue of image profiles", () => {
  let root: string;
  let user: string;
  let catalogue: Catalogue & { stop(): Promise<void> };
  let warnings: string[];
  let changes: PromiseWithResolvers<void>;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "ordinal-images-"));
    user = join(root, "images");
    await mkdir(user);
    warnings = [];
    changes = Promise.withResolvers();
    const log: Logger = { ...silentLogger, warn: (message) => void warnings.push(message) };
    catalogue = startCatalogue({ directories: [shipped, user], log, onChange: () => changes.resolve() });
  });

  afterEach(async () => {
    await catalogue.stop();
    await rm(root, { recursive: true });
  });

  it("ships profiles without a mistake", async () => {
    for (const image of ["nginx:1.9.1", "busybox", "registry.k8s.io/pause:3.9"]) {
      expect((await catalogue.find(image))?.name, image).to.be.a("string");
    }
    expect(await catalogue.named("nginx-builtin")).to.not.equal(undefined);
    expect(catalogue.problems()).to.deep.equal([]);
  });

  it("finds a profile that is added later, and says that something changed", async () => {
    expect(await catalogue.find("memcached:7")).to.equal(undefined);
    await writeFile(join(user, "memcached.yaml"), "name: memcached\nargs: [memcached]\n");
    await changes.promise;
    expect((await catalogue.find("memcached:7"))?.args).to.deep.equal(["memcached"]);
    await rm(join(user, "memcached.yaml"));
    expect(await catalogue.find("memcached:7")).to.equal(undefined);
  });

  it("lets the user's profile win, and a longer name before a shorter one", async () => {
    await writeFile(join(user, "nginx.yaml"), "name: nginx\nargs: [mine]\n");
    await writeFile(join(user, "team.yaml"), "name: team\nimages: [team/nginx]\nargs: [theirs]\n");
    expect((await catalogue.find("nginx"))?.args).to.deep.equal(["mine"]);
    expect((await catalogue.find("registry.example/team/nginx:2"))?.args).to.deep.equal(["theirs"]);
    expect((await catalogue.find("registry.example/other/nginx:2"))?.args).to.deep.equal(["mine"]);
  });

  it("reports a broken file once, keeps what it said before, and changes nothing else", async () => {
    const file = join(user, "memcached.yaml");
    await writeFile(file, "name: memcached\nargs: [one]\n");
    await catalogue.find("memcached");
    await writeFile(file, "name: memcached\nargs: wrong now\n");
    expect((await catalogue.find("memcached"))?.args).to.deep.equal(["one"]);
    expect((await catalogue.find("nginx"))?.name).to.equal("nginx");
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.contain(`${file}:2:7 args is a list`);
  });

  it("falls back to the built-in web server where there is no nginx", async () => {
    const choice = await chooseImage({ name: "c", image: "nginx" }, { catalogue, which });
    expect(choice.ok && choice.value.imageId).to.equal("ordinal://profiles/nginx-builtin");
  });

  it("runs a command from the host when no profile knows the image", async () => {
    const choice = await chooseImage({ name: "c", image: "unknown", command: ["true"] }, { catalogue, which });
    expect(choice).to.deep.equal({ ok: true, value: { imageId: "ordinal://host" } });
  });

  it("says which file to add when there is nothing to run", async () => {
    const choice = await chooseImage({ name: "c", image: "docker.io/library/memcached:7" }, { catalogue, which });
    expect(choice.ok ? "" : choice.error).to.contain(`${user}/memcached.yaml`);
  });

  it("says which program is missing", async () => {
    await writeFile(join(user, "memcached.yaml"), "name: memcached\nrequires: [memcached]\n");
    const choice = await chooseImage({ name: "c", image: "memcached" }, { catalogue, which });
    expect(choice).to.deep.equal({
      ok: false,
      error: "image profile memcached needs the program memcached, which is not on this machine",
    });
  });

  it("looks for programs on the profile's own PATH", async () => {
    await writeFile(join(user, "far.yaml"), "name: far\nrequires: [away]\nenv: { PATH: /opt/away/bin }\n");
    const choice = await chooseImage(
      { name: "c", image: "far" },
      { catalogue, which: async (program, path) => (path === "/opt/away/bin" ? `${path}/${program}` : undefined) },
    );
    expect(choice.ok && choice.value.imageId).to.equal("ordinal://profiles/far");
  });

  it("does not follow fallbacks for ever", async () => {
    await writeFile(join(user, "a.yaml"), "name: a\nrequires: [x]\nfallback: b\n");
    await writeFile(join(user, "b.yaml"), "name: b\nrequires: [x]\nfallback: a\n");
    const choice = await chooseImage({ name: "c", image: "a" }, { catalogue, which });
    expect(choice.ok ? "" : choice.error).to.equal("the fallbacks of image profile a go round in a circle");
  });
});

/** A machine that has a shell and nothing else. */
async function which(program: string): Promise<string | undefined> {
  return program === "sh" ? "/bin/sh" : undefined;
}
