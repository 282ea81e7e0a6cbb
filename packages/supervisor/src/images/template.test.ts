import { expect } from "chai";
import { pathsIn, render, templateProblem } from "./template.ts";

const values = {
  address: "127.244.0.2",
  listen: "0.0.0.0",
  hostname: "web-0",
  node: "/bin/node",
  webServer: "/web/main.ts",
  path: (path: string) => `/host${path}`,
};

describe("templates", () => {
  const cases: readonly (readonly [template: string, expected: string])[] = [
    ["listen {{listen}}:80;", "listen 0.0.0.0:80;"],
    ["{{ address }} {{hostname}} {{node}} {{web-server}}", "127.244.0.2 web-0 /bin/node /web/main.ts"],
    ["root {{path /usr/share/nginx/html}};", "root /host/usr/share/nginx/html;"],
    ["$remote_addr ${a} {b} {{", "$remote_addr ${a} {b} {{"],
  ];
  for (const [template, expected] of cases) {
    it(`fills in ${template}`, () => expect(render(template, values)).to.equal(expected));
  }

  const problems: readonly (readonly [template: string, expected: string])[] = [
    ["{{adress}}", "0 {{adress}} is not known; there are address, listen, hostname, node, web-server and path"],
    ["a {{path}}", "2 {{path …}} needs an absolute path"],
    ["{{path relative}}", "0 {{path …}} needs an absolute path"],
    ["{{node x}}", "0 {{node}} takes nothing after it"],
  ];
  for (const [template, expected] of problems) {
    it(`complains about ${template}`, () => {
      const problem = templateProblem(template);
      expect(`${problem?.offset} ${problem?.message}`).to.equal(expected);
    });
  }

  it("lists the paths it asks for", () => {
    expect(pathsIn("pid {{path /run/a.pid}}; {{node}} {{path /b}}")).to.deep.equal(["/run/a.pid", "/b"]);
  });
});
