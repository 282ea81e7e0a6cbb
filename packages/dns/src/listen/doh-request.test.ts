import { expect } from "chai";
import { readRequest, type RequestHead } from "./doh-request.ts";

const post: RequestHead = {
  method: "POST",
  url: "/dns-query",
  contentType: "application/dns-message",
  contentLength: "33",
};
const get: RequestHead = {
  method: "GET",
  url: "/dns-query?dns=AAABAA",
  contentType: undefined,
  contentLength: undefined,
};

function sayOf(head: RequestHead): string {
  const asked = readRequest(head);
  if (asked.is === "query") return asked.message.toString("hex");
  return asked.is === "body" ? "body" : String(asked.status);
}

describe("readRequest", () => {
  const cases: readonly (readonly [what: string, head: RequestHead, expected: string])[] = [
    ["the query of a GET", get, "00000100"],
    ["the query among other parameters", { ...get, url: "/dns-query?ct&dns=AAABAA&x=y" }, "00000100"],
    ["letters that base64 alone does not have", { ...get, url: "/dns-query?dns=-_-_" }, "fbffbf"],
    ["letters of plain base64", { ...get, url: "/dns-query?dns=%2B/%2B/" }, "400"],
    ["padding", { ...get, url: "/dns-query?dns=AA%3D%3D" }, "400"],
    ["a GET without the parameter", { ...get, url: "/dns-query" }, "400"],
    ["a GET with an empty parameter", { ...get, url: "/dns-query?dns=" }, "400"],
    ["a GET of the longest query", { ...get, url: `/dns-query?dns=${"A".repeat(5462)}` }, "00".repeat(4096)],
    ["a GET of more", { ...get, url: `/dns-query?dns=${"A".repeat(5463)}` }, "413"],
    ["a POST", post, "body"],
    ["a POST whose type has a parameter", { ...post, contentType: "Application/DNS-Message; x=y" }, "body"],
    ["a POST of no announced length", { ...post, contentLength: undefined }, "body"],
    ["a POST of another type", { ...post, contentType: "application/dns-json" }, "415"],
    ["a POST without type", { ...post, contentType: undefined }, "415"],
    ["a POST of too much", { ...post, contentLength: "4097" }, "413"],
    ["another path", { ...get, url: "/?dns=AAABAA" }, "404"],
    ["a path below", { ...get, url: "/dns-query/x?dns=AAABAA" }, "404"],
    ["an absolute URL, as for a proxy", { ...get, url: "https://elsewhere/dns-query?dns=AAABAA" }, "404"],
    ["another method", { ...post, method: "PUT" }, "405"],
    ["what a browser asks before a page of another site may ask", { ...get, method: "OPTIONS" }, "405"],
  ];
  for (const [what, head, expected] of cases) {
    it(`D54 says ${expected.slice(0, 8)} to ${what}`, () => expect(sayOf(head)).to.equal(expected));
  }
});
