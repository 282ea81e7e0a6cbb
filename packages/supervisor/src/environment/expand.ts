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
