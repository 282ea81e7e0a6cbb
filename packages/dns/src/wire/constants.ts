/** Response codes. Source: RFC 1035 §4.1.1, RFC 6891 §9 for BADVERS. */
export const rcodes = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5, BADVERS: 16 } as const;

/** Record and query types this server knows by name. Source: IANA DNS parameters. */
export const types = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  OPT: 41,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
} as const;

/** The class of the Internet; the only one with data here. */
export const classIn = 1;

/** The class of Chaosnet, in which servers are asked about themselves (RFC 4892). */
export const classChaos = 3;

/** Octets of a message header. */
export const headerSize = 12;

/** Longest answer over UDP without EDNS. Source: RFC 1035 §4.2.1. */
export const plainUdpLimit = 512;

/** Longest answer over UDP at all: what passes everywhere in one piece. Source: DNS flag day 2020. */
export const ednsUdpLimit = 1232;

/** Longest message over TCP: its length prefix has 16 bits. */
export const tcpLimit = 65_535;

/** Longest query that is looked at. Real ones stay below 512 octets; the rest is there to keep a server busy. */
export const queryLimit = 4_096;
