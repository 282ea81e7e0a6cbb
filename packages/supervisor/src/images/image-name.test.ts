import { expect } from "chai";
import { parseImageName, profileNames } from "./image-name.ts";

describe("image names", () => {
  const names: readonly (readonly [image: string, profiles: readonly string[]])[] = [
    ["nginx", ["nginx"]],
    ["nginx:1.9.1", ["nginx"]],
    ["docker.io/library/nginx:1.9.1", ["nginx"]],
    ["registry.k8s.io/nginx-slim:0.8", ["nginx-slim"]],
    ["localhost:5000/nginx", ["nginx"]],
    ["localhost/team/nginx", ["team/nginx", "nginx"]],
    ["nginx@sha256:0123", ["nginx"]],
    ["registry.example:443/a/b/nginx:1@sha256:0123", ["a/b/nginx", "b/nginx", "nginx"]],
  ];
  for (const [image, profiles] of names) {
    it(`looks for ${profiles.join(", then ")} when asked for ${image}`, () => {
      expect(profileNames(image)).to.deep.equal(profiles);
    });
  }

  it("takes a whole name apart", () => {
    expect(parseImageName("registry.example:443/team/nginx:1@sha256:0123")).to.deep.equal({
      registry: "registry.example:443",
      repository: "team/nginx",
      tag: "1",
      digest: "sha256:0123",
    });
  });
});
