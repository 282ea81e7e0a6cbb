import { expect } from "chai";
import { labelNameProblem, serviceNameProblem, subdomainNameProblem } from "./names.ts";

type Check = (name: string) => string | undefined;

const accepted: readonly (readonly [Check, readonly string[]])[] = [
  [labelNameProblem, ["web-0", "0web", "a", "a".repeat(63)]],
  [serviceNameProblem, ["nginx", "n1-x", "a".repeat(63)]],
  [subdomainNameProblem, ["web-0", "pvc-1.example.com", "0.0", `${"a".repeat(63)}.${"b".repeat(63)}`]],
];

const refused: readonly (readonly [Check, name: string, problem: string])[] = [
  [labelNameProblem, "Web", "a lowercase RFC 1123 label must consist of"],
  [labelNameProblem, "", "a lowercase RFC 1123 label must consist of"],
  [labelNameProblem, "web-", "a lowercase RFC 1123 label must consist of"],
  [labelNameProblem, "a.b", "must not contain dots"],
  [labelNameProblem, "a".repeat(64), "must be no more than 63 characters"],
  [labelNameProblem, "web\n", "a lowercase RFC 1123 label must consist of"],
  [serviceNameProblem, "1nginx", "a DNS-1035 label must consist of"],
  [serviceNameProblem, "a".repeat(64), "must be no more than 63 characters"],
  [subdomainNameProblem, "a..b", "a lowercase RFC 1123 subdomain must consist of"],
  [subdomainNameProblem, "a_b", "a lowercase RFC 1123 subdomain must consist of"],
  [subdomainNameProblem, "a".repeat(254), "must be no more than 253 characters"],
];

describe("names", () => {
  for (const [check, names] of accepted) {
    for (const name of names) it(`${check.name} accepts ${name}`, () => expect(check(name)).to.equal(undefined));
  }
  for (const [check, name, problem] of refused) {
    it(`${check.name} refuses ${JSON.stringify(name)}`, () => expect(check(name)).to.match(new RegExp(`^${problem}`)));
  }
});
