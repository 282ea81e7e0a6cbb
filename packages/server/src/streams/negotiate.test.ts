import { expect } from "chai";
import { negotiate, type StreamVerb } from "./negotiate.ts";

describe("negotiate", () => {
  const all = "v4.channel.k8s.io, v3.channel.k8s.io, v2.channel.k8s.io, channel.k8s.io";

  const agreed: readonly (readonly [verb: StreamVerb, method: string, headers: Record<string, string>, how: string])[] =
    [
      ["exec", "POST", spdy(all), "spdy v4.channel.k8s.io"],
      ["exec", "POST", spdy(`v5.channel.k8s.io,${all}`), "spdy v4.channel.k8s.io"],
      ["attach", "POST", spdy("v3.channel.k8s.io,v2.channel.k8s.io"), "spdy v3.channel.k8s.io"],
      ["exec", "GET", spdy("channel.k8s.io"), "spdy channel.k8s.io"],
      ["exec", "POST", spdy(), "spdy channel.k8s.io"],
      ["portforward", "POST", spdy("portforward.k8s.io"), "spdy portforward.k8s.io"],
      ["exec", "GET", webSocket("v5.channel.k8s.io"), "websocket v5.channel.k8s.io"],
      ["exec", "GET", webSocket("v9.channel.k8s.io, v4.channel.k8s.io"), "websocket v4.channel.k8s.io"],
      ["exec", "GET", webSocket("base64.channel.k8s.io"), "websocket base64.channel.k8s.io"],
      ["attach", "GET", webSocket(), "websocket "],
      ["portforward", "GET", webSocket("SPDY/3.1+portforward.k8s.io"), "spdy in websocket SPDY/3.1+portforward.k8s.io"],
    ];
  for (const [verb, method, headers, how] of agreed) {
    it(`agrees on ${how} for ${verb} with ${JSON.stringify(headers)}`, () => {
      const result = negotiate({ verb, method, headers });
      expect(result.ok && `${result.value.over} ${result.value.subprotocol}`).to.equal(how);
    });
  }

  const refused: readonly (readonly [
    verb: StreamVerb,
    method: string,
    headers: Record<string, string>,
    message: string,
  ])[] = [
    ["exec", "GET", {}, "Upgrade request required"],
    ["exec", "GET", { upgrade: "h2c" }, "Upgrade request required"],
    [
      "exec",
      "POST",
      spdy("v9.channel.k8s.io, other"),
      "unable to upgrade: unable to negotiate protocol: client supports [v9.channel.k8s.io other], server accepts [v4.channel.k8s.io v3.channel.k8s.io v2.channel.k8s.io channel.k8s.io]",
    ],
    ["exec", "GET", webSocket("chat"), "client supports [chat]"],
    ["portforward", "GET", webSocket(), "client supports []"],
    ["portforward", "POST", spdy("v4.channel.k8s.io"), "server accepts [portforward.k8s.io]"],
    ["exec", "POST", webSocket("v5.channel.k8s.io"), "opened with GET"],
    ["exec", "GET", { ...webSocket(), "sec-websocket-key": "short" }, "Sec-WebSocket-Key"],
    ["exec", "GET", { ...webSocket(), "sec-websocket-version": "7" }, "Sec-WebSocket-Version"],
  ];
  for (const [verb, method, headers, message] of refused) {
    it(`refuses ${verb} with ${method} ${JSON.stringify(headers)}`, () => {
      const result = negotiate({ verb, method, headers });
      expect(result.ok ? "agreed" : result.error.message).to.include(message);
    });
  }
});

function webSocket(protocols?: string): Record<string, string> {
  return {
    upgrade: "websocket",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    "sec-websocket-version": "13",
    ...(protocols === undefined ? {} : { "sec-websocket-protocol": protocols }),
  };
}

function spdy(protocols?: string): Record<string, string> {
  return { upgrade: "SPDY/3.1", ...(protocols === undefined ? {} : { "x-stream-protocol-version": protocols }) };
}
