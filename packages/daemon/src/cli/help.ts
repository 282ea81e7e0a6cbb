import { flagNames, flags } from "../flags.ts";

interface Page {
  readonly usage: string;
  readonly summary: string;
  readonly options: readonly (readonly [name: string, help: string])[];
}

const dataDirOption = ["--data-dir DIR", "the daemon's data directory, as given to start"] as const;

const pages: Readonly<Record<string, Page>> = {
  start: {
    usage: "ordinal start [flags]",
    summary: "Runs the daemon in the foreground; Ctrl-C ends pods, DNS and daemon in order.",
    options: flagNames.map((name) => {
      const { value, help } = flags[name];
      return [`--${name}${value === undefined ? "" : ` ${value}`}`, help];
    }),
  },
  stop: {
    usage: "ordinal stop [--keep-pods] [--data-dir DIR]",
    summary: "Ends pods, DNS and daemon. Volumes and objects stay; the next start brings the pods back.",
    options: [["--keep-pods", "leave pods and DNS running for the next start"], dataDirOption],
  },
  status: {
    usage: "ordinal status [-o text|json] [--data-dir DIR]",
    summary: "Shows the daemon and every pod: state, name, address, localhost port, volume directory.",
    options: [["-o text|json", "how to print (text)"], dataDirOption],
  },
  kubeconfig: {
    usage: "ordinal kubeconfig [--path] [--data-dir DIR]",
    summary: "Prints the kubeconfig that reaches this daemon, or with --path where it is.",
    options: [["--path", "print the file's path only: export KUBECONFIG=$(ordinal kubeconfig --path)"], dataDirOption],
  },
  dns: {
    usage: "ordinal dns --kubeconfig FILE [flags]",
    summary: "Runs the DNS server alone, for any Kubernetes API server.",
    options: [
      ["--kubeconfig FILE", "how to reach the API server"],
      ["--context NAME", "which context of it (the current one)"],
      ["--dns-listen ADDRESS:PORT", "where to answer, UDP and TCP; may be repeated (127.0.0.1:10053)"],
      ["--cluster-domain NAME", "the zone; may be repeated (cluster.local)"],
      ["--report-lease", "tell the API which revision is served, as Ordinal's own supervisor needs it"],
      ["--log-level LEVEL", "debug, info, warn or error (info)"],
    ],
  },
  proxy: {
    usage: "ordinal proxy --kubeconfig FILE [flags]",
    summary: "Runs the proxy alone: localhost ports of pods and service addresses. The daemon does this by itself.",
    options: [
      ["--kubeconfig FILE", "how to reach the API server"],
      ["--log-level LEVEL", "debug, info, warn or error (info)"],
    ],
  },
  logs: {
    usage: "ordinal logs [-f] [daemon|dns|proxy] [--data-dir DIR]",
    summary: "Prints the log of a part of Ordinal (the daemon's). Logs of pods: kubectl logs.",
    options: [["-f", "go on as lines come"], dataDirOption],
  },
  version: { usage: "ordinal version", summary: "Prints the version.", options: [] },
};

/** Help for one command, or the list of all. */
export function showHelp(command: string | undefined): string {
  const page = command === undefined ? undefined : pages[command];
  return page === undefined ? overview() : showPage(page);
}

function showPage({ usage, summary, options }: Page): string {
  const width = Math.max(0, ...options.map(([name]) => name.length));
  const lines = options.map(([name, help]) => `  ${name.padEnd(width)}  ${help}`);
  return [`usage: ${usage}`, "", summary, ...(lines.length === 0 ? [] : ["", ...lines])].join("\n");
}

function overview(): string {
  const width = Math.max(...Object.keys(pages).map((name) => name.length));
  return [
    "Kubernetes StatefulSets on one ordinary machine, as plain host processes.",
    "",
    "usage: ordinal COMMAND [flags]",
    "",
    ...Object.entries(pages).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`),
    "",
    '"ordinal COMMAND --help" tells more.',
  ].join("\n");
}
