import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Mount } from "../pod-runtime.ts";
import { covering, layOutImage, locate, type LayoutOptions } from "./layout.ts";
import type { Profile } from "./profile.ts";

const profile: Profile = {
  name: "web",
  images: ["web"],
  requires: [],
  entrypoint: [],
  args: ["web", "--pid", "{{path /run/web/web.pid}}"],
  env: {},
  directories: ["/srv/html", "/etc/web.d"],
  files: [
    { path: "/etc/web.conf", content: "root {{path /srv/html}};" },
    { path: "/srv/html/index.html", content: "welcome" },
  ],
  stopSignal: "SIGTERM",
};

describe("layOutImage", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "ordinal-layout-"));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const lay = (parts: Partial<LayoutOptions>) => {
    const values = { address: "127.244.0.2", listen: "0.0.0.0", hostname: "web-0", node: "node", webServer: "web" };
    return layOutImage({ profile, runtime: "sandbox", mounts: [], directory, values, ...parts });
  };
  const volume: Mount = { source: "/volumes/www", target: "/srv/html", readOnly: false };

  it("puts directories of the image in the place of the host's, and files into the sandbox", async () => {
    const { mounts, files, values } = await lay({});
    expect(mounts).to.deep.equal([
      { source: `${directory}/srv/html`, target: "/srv/html", readOnly: false },
      { source: `${directory}/etc/web.d`, target: "/etc/web.d", readOnly: false },
    ]);
    expect(files).to.deep.equal([{ path: "/etc/web.conf", content: "root /srv/html;" }]);
    expect(await readFile(`${directory}/srv/html/index.html`, "utf8")).to.equal("welcome");
    expect(values.path("/srv/html")).to.equal("/srv/html");
  });

  it("gives way to the pod's volumes, and writes nothing into them", async () => {
    const { mounts } = await lay({ mounts: [volume] });
    expect(mounts.filter(({ target }) => target === "/srv/html")).to.deep.equal([volume]);
    expect(await readdir(directory)).to.deep.equal(["etc"]);
  });

  it("leads to the places of the host where nothing can be mounted", async () => {
    const { files, values } = await lay({ runtime: "process", mounts: [volume] });
    expect(files).to.deep.equal([]);
    expect(values.path("/srv/html/a")).to.equal("/volumes/www/a");
    expect(values.path("/run/web/web.pid")).to.equal(`${directory}/run/web/web.pid`);
    expect((await stat(`${directory}/run/web`)).isDirectory()).to.equal(true);
    expect(await readFile(`${directory}/etc/web.conf`, "utf8")).to.equal("root /volumes/www;");
  });

  it("takes the innermost mount", () => {
    const inner: Mount = { source: "/inner", target: "/srv/html/static", readOnly: true };
    expect(covering([volume, inner], "/srv/html/static/x")).to.equal(inner);
    expect(covering([volume, inner], "/srv/html/statics")).to.equal(volume);
    expect(covering([volume], "/srv/htmlx")).to.equal(undefined);
    expect(locate("/srv/html/static/x", { runtime: "process", mounts: [inner, volume], directory })).to.equal(
      "/inner/x",
    );
  });
});
