import type { Answer } from "./exchange.ts";
import type { HealthEndpoint } from "./route.ts";

/** One thing that must be well. Upstream's names where there is one: `ping`, `etcd`, `informer-sync`. */
export interface HealthCheck {
  readonly name: string;
  /** Whether a failure means not alive, or only not ready yet. Defaults to readiness. */
  readonly forLiveness?: boolean;
  /** Undefined when all is well, else why not. */
  check(): string | undefined | Promise<string | undefined>;
}

/** What `/livez`, `/readyz` and `/healthz` ask. */
export interface Health {
  /** Asks this check from now on; gives back how to end that. */
  add(check: HealthCheck): () => void;
  answer(endpoint: HealthEndpoint, query: HealthQuery): Promise<Answer>;
}

interface HealthQuery {
  /** One check by name instead of all. */
  readonly check?: string;
  readonly verbose: boolean;
  readonly exclude: readonly string[];
}

interface Outcome {
  readonly name: string;
  readonly problem: string | undefined;
}

/** Begins with `ping`, which is always well. Source of the texts: apiserver `server/healthz`. */
export function createHealth(): Health {
  const checks = new Set<HealthCheck>([{ name: "ping", forLiveness: true, check: () => undefined }]);

  return {
    add(check) {
      checks.add(check);
      return () => checks.delete(check);
    },
    async answer(endpoint, { check, verbose, exclude }) {
      const asked = [...checks]
        .filter(({ forLiveness }) => endpoint !== "livez" || forLiveness === true)
        .filter(({ name }) => (check === undefined ? !exclude.includes(name) : name === check));
      if (check !== undefined && asked.length === 0) return text(404, "404 page not found\n");
      const outcomes = await Promise.all(asked.map(run));
      const failed = outcomes.filter(({ problem }) => problem !== undefined);
      if (failed.length === 0 && !verbose) return text(200, "ok");
      const verdict = `${endpoint} check ${failed.length === 0 ? "passed" : "failed"}`;
      return text(failed.length === 0 ? 200 : 500, `${outcomes.map(line).join("")}${verdict}\n`);
    },
  };
}

async function run(check: HealthCheck): Promise<Outcome> {
  const { name } = check;
  try {
    return { name, problem: await check.check() };
  } catch (error) {
    return { name, problem: error instanceof Error ? error.message : String(error) };
  }
}

function line({ name, problem }: Outcome): string {
  return problem === undefined ? `[+]${name} ok\n` : `[-]${name} failed: ${problem}\n`;
}

function text(code: number, bytes: string): Answer {
  return {
    code,
    bytes,
    headers: { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" },
  };
}
