import { expect } from "chai";
import { escapePath, parseMountInfo } from "./mount-info.ts";
import { planHidden, planRoot } from "./plan-root.ts";

const mountInfo = `27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
22 27 0:21 / /proc rw,relatime shared:5 - proc proc rw
24 27 0:6 / /dev rw,relatime - devtmpfs devtmpfs rw
26 24 0:24 / /dev/pts rw,relatime - devpts devpts rw
40 27 254:2 / /home rw,relatime - xfs /dev/vdb rw
41 40 254:3 / /home/with\\040space rw,relatime - ext4 /dev/vdc rw
42 27 254:4 / /usr rw,relatime - btrfs /dev/vdd rw
43 27 0:30 / /tmp rw,relatime - tmpfs tmpfs rw
44 27 0:31 / /run rw,relatime - tmpfs tmpfs rw
45 27 0:32 / /boot rw,relatime - ext4 /dev/vde rw
46 27 7:1 / /snap/core/1 ro,relatime - squashfs /dev/loop1 ro
47 27 254:5 / /data rw,relatime - ext4 /dev/vdf rw
48 27 0:33 / /odd:name rw,relatime - ext4 /dev/vdg rw
`;
const mounts = parseMountInfo(mountInfo);

describe("planRoot", () => {
  it("takes the file systems of the host that hold files, parents first", () => {
    expect(planRoot(mounts, { hidden: [], needed: [] })).to.deep.equal(
      ["/usr", "/home", "/data", "/home/with space"].toSorted((a, b) => a.length - b.length),
    );
  });

  it("leaves out what containers must not see", () => {
    expect(planRoot(mounts, { hidden: ["/data"], needed: [] })).not.to.include("/data");
  });

  it("takes any that the program itself lies on", () => {
    expect(planRoot(mounts, { hidden: [], needed: ["/tmp/checkout/node"] })).to.include("/tmp");
    expect(planRoot(mounts, { hidden: [], needed: ["/opt/node"] })).not.to.include("/tmp");
  });
});

describe("planHidden", () => {
  it("hides what would be seen, and nothing else", () => {
    const hidden = ["/var/lib/ordinal", "/tmp/data", "/home/me/data"];
    expect(planHidden(mounts, { hidden, seen: ["/home"] })).to.deep.equal(["/var/lib/ordinal", "/home/me/data"]);
  });
});

describe("escapePath", () => {
  it("writes what parseMountInfo reads", () => {
    expect(escapePath("/a b\tc\\d#e\nf")).to.equal(String.raw`/a\040b\011c\134d\043e\012f`);
    expect(parseMountInfo(String.raw`1 2 3:4 / /a\040b\134c rw - ext4 x rw`)[0]?.path).to.equal(String.raw`/a b\c`);
  });
});
