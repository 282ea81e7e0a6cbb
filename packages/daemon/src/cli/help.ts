import { dnsFlagNames, flagNames, flags, type FlagName } from "../flags.ts";

interface Page {
  readonly usage: string;
  readonly summary: string;
  /** For the list of all commands, where the summary is longer than a line. */
  readonly brief?: string;
  readonly options: readonly (readonly [name: string, help: string])[];
}

const dataDirOption = ["--data-dir DIR", "the daemon's data directory, as given to start"] as const;

const ofNamespaceOption = ["-n NAMESPACE", "only those of this namespace (all)"] as const;

const dnsTargetOptions = [
  ["--dns-listen ADDRESS:PORT", "where DNS answers; may be repeated (as the daemon says)"],
  ["--cluster-domain NAME", "the zone; may be repeated (as the daemon says)"],
  ["--dns-reverse RANGE", "a range whose reverse names are ours; may be repeated (as the daemon says)"],
] as const;

const pages: Readonly<Record<string, Page>> = {
  start: {
    usage: "ordinal start [flags]",
    summary: "Runs the daemon in the foreground; Ctrl-C ends pods, DNS and daemon in order.",
    options: flagNames.map(flagLine),
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
  volumes: {
    brief: "Shows volumes and where they are; restores deleted ones.",
    usage: "ordinal volumes [list|usage|trash|restore|prune] [flags]",
    summary: [
      "Shows what lies behind claims, and brings back what was deleted:",
      "",
      "  ordinal volumes list      every claim, its size and its directory (also without a word)",
      "  ordinal volumes usage     what each takes up, the fullest first",
      "  ordinal volumes trash     the deleted ones that can be restored",
      "  ordinal volumes restore   gives one of them back to a claim",
      "  ordinal volumes prune     removes some of them for good, before their time",
      "",
      "Flags of the list:",
    ].join("\n"),
    options: [["-o text|wide|json", "how to print (text)"], ofNamespaceOption, dataDirOption],
  },
  "volumes list": {
    usage: "ordinal volumes list [-o text|wide|json] [-n NAMESPACE] [--data-dir DIR]",
    summary: "Shows every claim with its volume, and every volume whose claim is gone.",
    options: [
      ["-o text|wide|json", "how to print (text); wide adds volume and reclaim policy"],
      ofNamespaceOption,
      dataDirOption,
    ],
  },
  "volumes usage": {
    usage: "ordinal volumes usage [-o text|json] [-n NAMESPACE] [--data-dir DIR]",
    summary: "Shows what each volume takes up, and how much of its claim that is, the fullest first.",
    options: [["-o text|json", "how to print (text)"], ofNamespaceOption, dataDirOption],
  },
  "volumes trash": {
    usage: "ordinal volumes trash [-o text|json] [-n NAMESPACE] [--data-dir DIR]",
    summary: "Shows the deleted volumes that can be restored, and until when. Needs no running daemon.",
    options: [["-o text|json", "how to print (text)"], ofNamespaceOption, dataDirOption],
  },
  "volumes restore": {
    usage: "ordinal volumes restore ENTRY|CLAIM [--as NAME] [-n NAMESPACE] [--timeout DURATION] [--data-dir DIR]",
    summary: [
      "Gives a deleted volume back: makes the claim it was of anew, or takes one of that name that waits for a volume.",
      "Of a claim that was deleted several times, the newest; an entry's own name says which.",
    ].join("\n"),
    options: [
      ["--as NAME", "give it to a claim of this name (that of the deleted one)"],
      ["-n NAMESPACE", "in this namespace (that of the deleted one)"],
      ["--timeout DURATION", "how long to wait until the claim is bound (60s)"],
      dataDirOption,
    ],
  },
  "volumes prune": {
    usage: "ordinal volumes prune ENTRY…|--all|--older-than DURATION [-n NAMESPACE] [--yes|--dry-run] [--data-dir DIR]",
    summary: "Removes deleted volumes for good before their time. Shows which and asks. Needs no running daemon.",
    options: [
      ["--all", "all of them"],
      ["--older-than DURATION", "those deleted longer ago than this, such as 1h or 7d"],
      ofNamespaceOption,
      ["--yes", "do not ask"],
      ["--dry-run", "show what would be removed, and remove nothing"],
      dataDirOption,
    ],
  },
  kubeconfig: {
    usage: "ordinal kubeconfig [--path] [--data-dir DIR]",
    summary: "Prints the kubeconfig that reaches this daemon, or with --path where it is.",
    options: [["--path", "print the file's path only: export KUBECONFIG=$(ordinal kubeconfig --path)"], dataDirOption],
  },
  dns: {
    brief: "Makes this host resolve Ordinal's names, or runs the DNS server alone for any Kubernetes API server.",
    usage: "ordinal dns [install|status|uninstall] [flags]",
    summary: [
      "Makes this host ask Ordinal for its names, so that they resolve with no port and no flags:",
      "",
      "  ordinal dns install     shows what it would change, asks, and sets up the host's resolver",
      "  ordinal dns status      shows what is set up, and whether names resolve",
      "  ordinal dns uninstall   puts everything back",
      "",
      "Without one of these, runs the DNS server alone in the foreground, for any Kubernetes API server:",
      "",
      "  ordinal dns --kubeconfig FILE [flags]",
    ].join("\n"),
    options: [
      ["--kubeconfig FILE", "how to reach the API server ($KUBECONFIG, ~/.kube/config, else the daemon's)"],
      ["--context NAME", "which context of it (the current one)"],
      ["--config FILE", "read DNS settings from this YAML file, and follow it; flags win over it"],
      ...dnsFlagNames.map(flagLine),
      ["--report-lease", "tell the API which revision is served, as Ordinal's own supervisor needs it"],
      ["--log-level LEVEL", "debug, info, warn or error (info)"],
    ],
  },
  "dns install": {
    usage: "ordinal dns install [--yes|--dry-run] [flags]",
    summary: "Makes the host's resolver ask Ordinal for its names. Shows every change and asks before it makes one.",
    options: [
      ["--yes", "do not ask"],
      ["--dry-run", "show what would change, and change nothing"],
      ...dnsTargetOptions,
      dataDirOption,
    ],
  },
  "dns status": {
    usage: "ordinal dns status [--data-dir DIR]",
    summary: "Shows what is set up and whether names resolve. Ends with 0 when they do, with 1 otherwise.",
    options: [dataDirOption],
  },
  "dns uninstall": {
    usage: "ordinal dns uninstall [--yes|--dry-run]",
    summary: "Puts back what install has changed, also when Ordinal is gone.",
    options: [
      ["--yes", "do not ask"],
      ["--dry-run", "show what would change, and change nothing"],
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

/** Help for one command, which may have a subcommand, or the list of all. */
export function showHelp([command = "", subcommand = ""]: readonly string[]): string {
  const page = pages[`${command} ${subcommand}`] ?? pages[command];
  return page === undefined ? overview() : showPage(page);
}

function showPage({ usage, summary, options }: Page): string {
  const width = Math.max(0, ...options.map(([name]) => name.length));
  const lines = options.map(([name, help]) => `  ${name.padEnd(width)}  ${help}`);
  return [`usage: ${usage}`, "", summary, ...(lines.length === 0 ? [] : ["", ...lines])].join("\n");
}

function flagLine(name: FlagName): readonly [name: string, help: string] {
  const { value, help } = flags[name];
  return [`--${name}${value === undefined ? "" : ` ${value}`}`, help];
}

function overview(): string {
  const commands = Object.entries(pages).filter(([name]) => !name.includes(" "));
  const width = Math.max(...commands.map(([name]) => name.length));
  return [
    "Kubernetes StatefulSets on one ordinary machine, as plain host processes.",
    "",
    "usage: ordinal COMMAND [flags]",
    "",
    ...commands.map(([name, { brief, summary }]) => `  ${name.padEnd(width)}  ${brief ?? summary}`),
    "",
    '"ordinal COMMAND --help" tells more.',
  ].join("\n");
}
