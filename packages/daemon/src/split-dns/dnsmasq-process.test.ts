import { expect } from "chai";
import { readDnsmasqArguments, readDnsmasqFile, usableConfDir } from "./dnsmasq-process.ts";

describe("readDnsmasqArguments", () => {
  it("D58 reads what Debian's service gives", () => {
    const line =
      "/usr/sbin/dnsmasq -x /run/dnsmasq/dnsmasq.pid -u dnsmasq -7 /etc/dnsmasq.d,.dpkg-dist,.dpkg-old --local-service";
    expect(readDnsmasqArguments(line.split(" "))).to.deep.equal({
      confDirs: ["/etc/dnsmasq.d,.dpkg-dist,.dpkg-old"],
      confFiles: [],
      listenAddresses: [],
    });
  });

  it("D58 reads what NetworkManager gives", () => {
    const line =
      "/usr/sbin/dnsmasq --no-resolv --keep-in-foreground --listen-address=127.0.0.1 --conf-file=/dev/null --conf-dir=/etc/NetworkManager/dnsmasq.d";
    expect(readDnsmasqArguments(line.split(" "))).to.deep.equal({
      confDirs: ["/etc/NetworkManager/dnsmasq.d"],
      confFiles: ["/dev/null"],
      listenAddresses: ["127.0.0.1"],
    });
  });

  it("D58 reads letters with and without a space", () => {
    expect(readDnsmasqArguments(["dnsmasq", "-C/a.conf", "-a", "127.0.0.1,::1", "--conf-dir", "/b"])).to.deep.equal({
      confDirs: ["/b"],
      confFiles: ["/a.conf"],
      listenAddresses: ["127.0.0.1", "::1"],
    });
  });
});

describe("readDnsmasqFile", () => {
  it("D58 reads lines, not comments", () => {
    const text =
      "# conf-dir=/no\nuser=dnsmasq\nconf-dir=/etc/dnsmasq.d/,*.conf # all\n listen-address = ::1\nbogus-priv\n";
    expect(readDnsmasqFile(text)).to.deep.equal({
      confDirs: ["/etc/dnsmasq.d/,*.conf"],
      confFiles: [],
      listenAddresses: ["::1"],
    });
  });
});

describe("usableConfDir", () => {
  const cases: readonly (readonly [value: string, directory: string | undefined])[] = [
    ["/etc/dnsmasq.d", "/etc/dnsmasq.d"],
    ["/etc/dnsmasq.d/,*.conf", "/etc/dnsmasq.d"],
    ["/etc/dnsmasq.d,.dpkg-dist", "/etc/dnsmasq.d"],
    ["/etc/dnsmasq.d,*.hosts", undefined],
    ["/etc/dnsmasq.d,.conf", undefined],
    ["relative", undefined],
  ];
  for (const [value, directory] of cases) {
    it(`D58 ${value} is ${directory ?? "not read"}`, () =>
      expect(usableConfDir(value, "ordinal.conf")).to.equal(directory));
  }
});
