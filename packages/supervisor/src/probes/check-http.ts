import type { IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";
import type { Probe } from "@ordinal/api";
import { nodeHttp } from "@ordinal/runtime";
import type { ProbeResult } from "./probe-state.ts";

export type HttpAction = NonNullable<Probe["httpGet"]>;

export interface HttpTarget {
  readonly action: HttpAction;
  /** The pod's address, for an action that names no host. */
  readonly address: string;
  readonly port: number;
  readonly signal: AbortSignal;
}

/** How much of a body is shown. Source: `pkg/probe/http` maxRespBodyLength. */
const shownBytes = 10 * 1024;
const mostRedirects = 10;

/** Asks once; 200 to 399 is success. Source: `pkg/probe/http` DoHTTPProbe. */
export async function checkHttp(target: HttpTarget): Promise<ProbeResult> {
  let url = urlOf(target);
  try {
    for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
      const answer = await ask(url, target);
      const next = redirectOf(answer, url);
      if (next === undefined) return judge(answer);
      // Another host is not ours to judge; upstream calls it a success with a warning.
      if (next.hostname !== url.hostname) {
        return { is: "warning", message: `Probe terminated redirects, Response body: ${answer.body}` };
      }
      url = next;
    }
    return { is: "failure", message: `Get "${url.href}": stopped after 10 redirects` };
  } catch (error) {
    return { is: "failure", message: `Get "${url.href}": ${describeFailure(error, url, target.signal)}` };
  }
}

interface Answer {
  readonly status: number;
  readonly location?: string;
  readonly body: string;
}

function urlOf({ action, address, port }: HttpTarget): URL {
  const scheme = (action.scheme ?? "HTTP").toLowerCase();
  const host = action.host === undefined || action.host === "" ? address : action.host;
  const path = action.path ?? "/";
  return new URL(`${scheme}://${host}:${port}${path.startsWith("/") ? "" : "/"}${path}`);
}

function ask(url: URL, { action, signal }: HttpTarget): Promise<Answer> {
  const headers: Record<string, string> = { "User-Agent": "kube-probe/1.33", Accept: "*/*", Connection: "close" };
  for (const { name, value } of action.httpHeaders ?? []) headers[name] = value;
  // A probe asks whether it answers, not who it is. Source: `pkg/probe/http` New, InsecureSkipVerify.
  const options = { headers, signal, agent: false, rejectUnauthorized: false } as const;
  const request = url.protocol === "https:" ? requestHttps(url, options) : nodeHttp().request(url, options);
  return new Promise((resolve, reject) => {
    request.on("error", reject);
    request.on("response", (response) => {
      readBody(response).then(
        (body) =>
          resolve({
            status: response.statusCode ?? 0,
            body,
            ...(response.headers.location === undefined ? {} : { location: response.headers.location }),
          }),
        reject,
      );
    });
    request.end();
  });
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= shownBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, shownBytes).toString("utf8");
}

function redirectOf({ status, location }: Answer, from: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return undefined;
  return URL.canParse(location, from.href) ? new URL(location, from) : undefined;
}

function judge({ status, body }: Answer): ProbeResult {
  if (status >= 200 && status < 400) return { is: "success", message: body };
  return { is: "failure", message: `HTTP probe failed with statuscode: ${status}` };
}

/** As Go words it, for those who search for the text. */
function describeFailure(error: unknown, url: URL, signal: AbortSignal): string {
  if (signal.aborted) return "context deadline exceeded (Client.Timeout exceeded while awaiting headers)";
  const { code, message } = error as NodeJS.ErrnoException;
  const place = `dial tcp ${url.hostname}:${url.port === "" ? (url.protocol === "https:" ? 443 : 80) : url.port}`;
  if (code === "ECONNREFUSED") return `${place}: connect: connection refused`;
  if (code === "EHOSTUNREACH") return `${place}: connect: no route to host`;
  if (code === "ENETUNREACH") return `${place}: connect: network is unreachable`;
  return code === "ECONNRESET" ? "EOF" : message;
}
