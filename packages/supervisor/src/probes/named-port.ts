import type { Container, Result } from "@ordinal/api";

/** A port given as a number or as the name of one of the container's ports. */
export function findPort(port: number | string, container: Container): Result<number, string> {
  const number = typeof port === "number" || /^\d+$/.test(port) ? Number(port) : portNamed(port, container);
  if (number === undefined)
    return {
      ok: false,
      error: `couldn't find port: ${JSON.stringify(port)} in container ${JSON.stringify(container.name)}`,
    };
  const isPort = number > 0 && number < 65_536;
  return isPort ? { ok: true, value: number } : { ok: false, error: `invalid port number: ${number}` };
}

function portNamed(name: string, container: Container): number | undefined {
  return container.ports?.find((port) => port.name === name)?.containerPort;
}
