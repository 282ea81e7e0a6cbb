/**
 * Replaces `$(NAME)` by its value; `$$(NAME)` stays as `$(NAME)`, and a name that is not known stays as it is.
 * Source: `third_party/forked/golang/expansion`.
 */
export function expandVariables(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\$|\$\((?<name>[^()]*)\)/g, (whole: string, name: string | undefined) => {
    if (name === undefined) return "$";
    return Object.hasOwn(values, name) ? (values[name] ?? whole) : whole;
  });
}

/** The first variable in the text that has no value; undefined when all have. */
export function missingVariable(text: string, values: Readonly<Record<string, string>>): string | undefined {
  for (const { groups } of text.matchAll(/\$\$|\$\((?<name>[^()]*)\)/g)) {
    const name = groups?.["name"];
    if (name !== undefined && !Object.hasOwn(values, name)) return name;
  }
  return undefined;
}
