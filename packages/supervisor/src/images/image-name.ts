/** The parts of `[registry/]repository[:tag][@digest]`. Source: the reference grammar of docker `distribution/reference`. */
export interface ImageName {
  readonly registry?: string;
  /** Without the `library/` that Docker Hub puts before its own images. */
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** Takes an image name apart; `docker.io/library/nginx:1.9.1` is repository `nginx`, tag `1.9.1`. */
export function parseImageName(image: string): ImageName {
  const [nameAndTag = "", digest] = image.split("@", 2);
  const first = nameAndTag.slice(0, Math.max(nameAndTag.indexOf("/"), 0));
  const hasRegistry = first.includes(".") || first.includes(":") || first === "localhost";
  const rest = hasRegistry ? nameAndTag.slice(first.length + 1) : nameAndTag;
  const colon = rest.lastIndexOf(":");
  const repository = (colon < 0 ? rest : rest.slice(0, colon)).replace(/^library\//, "");
  return {
    repository,
    ...(hasRegistry ? { registry: first } : {}),
    ...(colon < 0 ? {} : { tag: rest.slice(colon + 1) }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** The names a profile for this image may go by, closest first: `team/nginx`, then `nginx`. */
export function profileNames(image: string): readonly string[] {
  const parts = parseImageName(image).repository.split("/");
  return parts.map((_, index) => parts.slice(index).join("/"));
}
