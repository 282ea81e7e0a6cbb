import { isIP } from "node:net";
import { subdomainNameProblem } from "../names.ts";

const qualifiedName = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const qualifiedNameRule = `must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${qualifiedName}')`;
const qualifiedNamePattern = new RegExp(`^${qualifiedName}$`);

/** Why a text is not a qualified name, `[prefix/]name`. Source: apimachinery `validation.IsQualifiedName`. */
export function qualifiedNameProblems(text: string): readonly string[] {
  const parts = text.split("/");
  if (parts.length > 2) {
    return [
      `a qualified name ${qualifiedNameRule} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const problems: string[] = [];
  const name = parts.at(-1) ?? "";
  const prefix = parts.length === 2 ? parts[0] : undefined;
  if (prefix === "") problems.push("prefix part must be non-empty");
  else if (prefix !== undefined) {
    const problem = subdomainNameProblem(prefix);
    if (problem !== undefined) problems.push(`prefix part ${problem}`);
  }
  if (name === "") problems.push("name part must be non-empty");
  else if (name.length > 63) problems.push("name part must be no more than 63 characters");
  if (!qualifiedNamePattern.test(name)) problems.push(`name part ${qualifiedNameRule}`);
  return problems;
}

/** Why a text cannot be a label's value. Source: `validation.IsValidLabelValue`. */
export function labelValueProblems(text: string): readonly string[] {
  const problems: string[] = [];
  if (text.length > 63) problems.push("must be no more than 63 characters");
  if (text !== "" && !qualifiedNamePattern.test(text)) {
    problems.push(
      `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(${qualifiedName})?')`,
    );
  }
  return problems;
}

/** Why a text cannot name a port. Source: `validation.IsValidPortName`. */
export function portNameProblems(text: string): readonly string[] {
  const problems: string[] = [];
  if (text.length > 15) problems.push("must be no more than 15 characters");
  if (!/^[-a-z0-9]+$/.test(text)) {
    problems.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  }
  if (!/[a-z]/.test(text)) problems.push("must contain at least one letter (a-z)");
  if (text.includes("--")) problems.push("must not contain consecutive hyphens");
  if (text.startsWith("-") || text.endsWith("-")) problems.push("must not begin or end with a hyphen");
  return problems;
}

export function portNumberProblem(port: number | undefined): string | undefined {
  const isValid = port !== undefined && port >= 1 && port <= 65_535;
  return isValid ? undefined : "must be between 1 and 65535, inclusive";
}

/** Why a text cannot name an environment variable. Source: `validation.IsRelaxedEnvVarName`, v1.33's default. */
export function environmentNameProblem(text: string): string | undefined {
  if (/^[ -<>-~]*$/.test(text)) return undefined;
  return "a valid environment variable name must consist only of printable ASCII characters other than '='";
}

/** Why a text cannot be a key of a ConfigMap or Secret. Source: `validation.IsConfigMapKey`. */
export function configKeyProblems(text: string): readonly string[] {
  const problems: string[] = [];
  if (text.length > 253) problems.push("must be no more than 253 characters");
  if (!/^[-._a-zA-Z0-9]+$/.test(text)) {
    problems.push(
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    );
  }
  if (text === ".") problems.push("must not be '.'");
  else if (text === "..") problems.push("must not be '..'");
  else if (text.startsWith("..")) problems.push("must not start with '..'");
  return problems;
}

export function headerNameProblem(text: string): string | undefined {
  if (/^[-A-Za-z0-9]+$/.test(text)) return undefined;
  return "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";
}

export function addressProblem(text: string | undefined): string | undefined {
  return text !== undefined && isIP(text) !== 0
    ? undefined
    : "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
}

/** Whether a path has an element that leads upwards. */
export function hasBackstep(path: string): boolean {
  return path.split("/").includes("..");
}
