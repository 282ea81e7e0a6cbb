import { ApiError } from "@ordinal/api";
import { expect } from "chai";
import { readAttachRequest, readExecRequest } from "./command-options.ts";

describe("the query of a command", () => {
  const place = { namespace: "default", pod: "web-0" };
  const exec = (query: string) => readExecRequest(place, new URLSearchParams(query));
  const attach = (query: string) => readAttachRequest(place, new URLSearchParams(query));

  it("keeps the words of the command in order", () => {
    expect(
      exec("command=sh&command=-c&command=echo+%22a+b%22&container=main&stdin=true&stdout=true&stderr=true"),
    ).to.deep.equal({
      ...place,
      container: "main",
      command: ["sh", "-c", 'echo "a b"'],
      stdin: true,
      stdout: true,
      stderr: true,
      tty: false,
    });
  });

  it("joins stderr with stdout in a terminal", () => {
    expect(attach("stdout=true&stderr=true&tty=true")).to.include({ stdout: true, stderr: false, tty: true });
  });

  const values: readonly (readonly [query: string, isSet: boolean])[] = [
    ["stdout=1&stdin=true", true],
    ["stdout=1&stdin=1", true],
    ["stdout=1&stdin", true],
    ["stdout=1&stdin=yes", true],
    ["stdout=1&stdin=0", false],
    ["stdout=1&stdin=FALSE", false],
    ["stdout=1", false],
  ];
  for (const [query, isSet] of values) {
    it(`reads stdin of ?${query} as ${isSet}`, () => expect(attach(query).stdin).to.equal(isSet));
  }

  it("refuses no command and nothing to stream", () => {
    expect(() => exec("stdout=true")).to.throw(ApiError, "you must specify at least one command");
    expect(() => exec("command=ls")).to.throw(ApiError, "at least 1 of stdin, stdout, stderr");
    expect(() => attach("stderr=true&tty=true")).to.throw(ApiError, "at least 1 of stdin, stdout, stderr");
  });
});
