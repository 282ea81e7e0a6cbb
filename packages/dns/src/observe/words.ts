/** Types by number as master files write them. Source: IANA DNS parameters; CoreDNS says the same in its log. */
const typeNames: Readonly<Record<number, string>> = {
  1: "A",
  2: "NS",
  5: "CNAME",
  6: "SOA",
  10: "NULL",
  12: "PTR",
  13: "HINFO",
  15: "MX",
  16: "TXT",
  24: "SIG",
  25: "KEY",
  28: "AAAA",
  29: "LOC",
  33: "SRV",
  35: "NAPTR",
  37: "CERT",
  39: "DNAME",
  41: "OPT",
  43: "DS",
  44: "SSHFP",
  46: "RRSIG",
  47: "NSEC",
  48: "DNSKEY",
  50: "NSEC3",
  51: "NSEC3PARAM",
  52: "TLSA",
  59: "CDS",
  60: "CDNSKEY",
  61: "OPENPGPKEY",
  64: "SVCB",
  65: "HTTPS",
  99: "SPF",
  108: "EUI48",
  109: "EUI64",
  249: "TKEY",
  250: "TSIG",
  251: "IXFR",
  252: "AXFR",
  255: "ANY",
  256: "URI",
  257: "CAA",
};

const classNames: Readonly<Record<number, string>> = { 1: "IN", 3: "CH", 4: "HS", 254: "NONE", 255: "ANY" };

const rcodeNames: Readonly<Record<number, string>> = {
  0: "NOERROR",
  1: "FORMERR",
  2: "SERVFAIL",
  3: "NXDOMAIN",
  4: "NOTIMP",
  5: "REFUSED",
  6: "YXDOMAIN",
  7: "YXRRSET",
  8: "NXRRSET",
  9: "NOTAUTH",
  10: "NOTZONE",
  11: "DSOTYPENI",
  16: "BADVERS",
  23: "BADCOOKIE",
};

/** `AAAA`; `TYPE65280` where it has no name (RFC 3597 §5). */
export function typeText(type: number): string {
  return typeNames[type] ?? `TYPE${type}`;
}

/** `IN`; `CLASS7` where it has no name (RFC 3597 §5). */
export function classText(value: number): string {
  return classNames[value] ?? `CLASS${value}`;
}

/** `NXDOMAIN`; `RCODE77` where it has no name. Source: CoreDNS `pkg/rcode`. */
export function rcodeText(rcode: number): string {
  return rcodeNames[rcode] ?? `RCODE${rcode}`;
}
