/** What the places in a profile's templates stand for. */
export interface TemplateValues {
  /** The pod's own address. */
  readonly address: string;
  /** What a server binds to: everything in a sandbox, which is its own; the pod's own address without one. */
  readonly listen: string;
  readonly hostname: string;
  /** The Node program that runs Ordinal. */
  readonly node: string;
  /** The script of the built-in web server. */
  readonly webServer: string;
  /** Where a path of the container really is: the path itself in a sandbox, a path of the host without one. */
  path(containerPath: string): string;
}

const simplePlaces: readonly string[] = ["address", "listen", "hostname", "node", "web-server"];
const place = /\{\{\s*(?<name>[\w-]+)(?:\s+(?<argument>[^\s}]+))?\s*\}\}/g;

/** Fills in `{{address}}`, `{{listen}}`, `{{hostname}}`, `{{node}}`, `{{web-server}}` and `{{path /some/where}}`. */
export function render(template: string, values: TemplateValues): string {
  return template.replaceAll(place, (whole, name: string, argument: string | undefined) => {
    switch (name) {
      case "address":
        return values.address;
      case "listen":
        return values.listen;
      case "hostname":
        return values.hostname;
      case "node":
        return values.node;
      case "web-server":
        return values.webServer;
      case "path":
        return argument === undefined ? whole : values.path(argument);
      default:
        return whole;
    }
  });
}

/** The paths that a template asks for. */
export function pathsIn(template: string): readonly string[] {
  return [...template.matchAll(place)]
    .filter(({ groups }) => groups?.["name"] === "path")
    .map(({ groups }) => groups?.["argument"] ?? "/");
}

/** The first place in the template that means nothing, with its offset; undefined when all is well. */
export function templateProblem(template: string): { readonly offset: number; readonly message: string } | undefined {
  for (const match of template.matchAll(place)) {
    const { name = "", argument } = match.groups ?? {};
    const message = placeProblem(name, argument);
    if (message !== undefined) return { offset: match.index, message };
  }
  return undefined;
}

function placeProblem(name: string, argument: string | undefined): string | undefined {
  if (name === "path") {
    return argument?.startsWith("/") === true ? undefined : "{{path …}} needs an absolute path";
  }
  if (!simplePlaces.includes(name)) {
    return `{{${name}}} is not known; there are ${simplePlaces.join(", ")} and path`;
  }
  return argument === undefined ? undefined : `{{${name}}} takes nothing after it`;
}
