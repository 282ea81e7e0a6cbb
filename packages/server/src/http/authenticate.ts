import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { ApiError } from "@ordinal/api";

/** Who asks, as the client certificate says. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

/** A connection shows its certificate once; reading it again for each request costs more than finding it here. */
const known = new WeakMap<Socket, User>();

/** The user behind a connection; throws ApiError Unauthorized without a certificate that this cluster's authority signed. */
export function authenticate(socket: Socket): User {
  const user = known.get(socket) ?? userOf(socket);
  known.set(socket, user);
  return user;
}

function userOf(socket: Socket): User {
  if (!(socket instanceof TLSSocket) || !socket.authorized) throw unauthorized();
  const { subject } = socket.getPeerCertificate();
  const name = firstOf(subject?.CN);
  if (name === undefined) throw unauthorized();
  return { name, groups: [...allOf(subject.O), "system:authenticated"] };
}

function unauthorized(): ApiError {
  return new ApiError("Unauthorized", "Unauthorized");
}

function allOf(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : [value].flat();
}

function firstOf(value: string | readonly string[] | undefined): string | undefined {
  return allOf(value).find((each) => each !== "");
}
