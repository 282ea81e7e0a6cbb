# Sourced by scripts/test and scripts/bench: programs that only they need.

ensure_test_programs() {
  ensure_programs "the tests that need them are skipped" \
    dig nslookup host kdig drill dnsmasq knotd openssl nginx curl kubectl busybox redis-server redis-cli psql etcd etcdctl ip unshare \
    mkfs.ext4 resize2fs e2fsck debugfs losetup mkfs.btrfs mkfs.xfs getfattr
}

# Those that the DNS server is measured with and against.
ensure_dns_bench_programs() {
  ensure_programs "what needs them is not measured" dnsperf dnsmasq knotd taskset
}

# The databases that are harmed, and what their writers need.
ensure_chaos_programs() {
  ensure_programs "databases that need them cannot be harmed" redis-server redis-cli psql etcd kubectl ip unshare
}

ensure_claim_chaos_programs() {
  ensure_programs "claims cannot be harmed" ip unshare mkfs.xfs mkfs.ext4 resize2fs e2fsck debugfs losetup
}

# ensure_programs WHAT-IS-LOST PROGRAM...: installs what is missing with the system's package manager as root; otherwise
# names it, and what goes without.
ensure_programs() {
  loss=$1
  shift
  missing=""
  for program in "$@"; do
    has_program "$program" || missing="$missing $program"
  done
  [ -z "$missing" ] && return
  if [ "$(id -u)" -ne 0 ]; then
    say "setup: these programs are missing, and $loss:$missing"
    return
  fi
  say "setup: installing$missing"
  install_programs $missing || say "setup: not all of$missing could be installed; $loss"
}

# Servers are where only root's PATH leads.
has_program() {
  command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ]
}

install_programs() {
  if command -v apt-get >/dev/null; then
    without_starting_servers apt_install "$@"
    return
  fi
  if command -v dnf >/dev/null; then dnf install -y -q $(fedora_packages "$@") >&2; return; fi
  if command -v apk >/dev/null; then apk add -q $(alpine_packages "$@") >&2; return; fi
  if command -v brew >/dev/null; then brew install -q bind nginx curl kubernetes-cli redis >&2; return; fi
  return 1
}

# One package that this release does not have must not keep the others away.
apt_install() {
  packages=$(debian_packages "$@")
  apt-get update -qq >&2 || return 1
  apt_get $packages && return
  result=0
  for package in $packages; do apt_get "$package" || result=1; done
  return $result
}

apt_get() {
  DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends "$@" >&2
}

# Debian starts a server when its package is installed, unless this file says no.
without_starting_servers() {
  policy=/usr/sbin/policy-rc.d
  [ -e "$policy" ] && { "$@"; return; }
  printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy"
  result=0
  "$@" || result=$?
  rm -f "$policy"
  return $result
}

debian_packages() {
  for program in "$@"; do
    case $program in
      dig | nslookup) echo bind9-dnsutils ;;
      host) echo bind9-host ;;
      kdig) echo knot-dnsutils ;;
      drill) echo ldnsutils ;;
      dnsmasq) echo dnsmasq-base ;;
      knotd) echo knot ;;
      nginx) echo nginx-light ;;
      kubectl) echo kubernetes-client ;;
      ip) echo iproute2 ;;
      unshare | taskset) echo util-linux ;;
      mkfs.ext4 | resize2fs | e2fsck | debugfs) echo e2fsprogs ;;
      losetup) echo mount ;;
      mkfs.btrfs) echo btrfs-progs ;;
      mkfs.xfs) echo xfsprogs ;;
      getfattr | setfattr) echo attr ;;
      mkfs.xfs) echo xfsprogs ;;
      redis-cli) echo redis-tools ;;
      psql) echo postgresql ;;
      etcd) echo etcd-server ;;
      etcdctl) echo etcd-client ;;
      *) echo "$program" ;;
    esac
  done | sort -u
}

fedora_packages() {
  for program in "$@"; do
    case $program in
      dig | nslookup | host) echo bind-utils ;;
      kdig) echo knot-utils ;;
      drill) echo ldns-utils ;;
      knotd) echo knot ;;
      kubectl) echo kubernetes-client ;;
      redis-server | redis-cli) echo redis ;;
      psql) echo postgresql postgresql-server ;;
      etcdctl) echo etcd ;;
      ip) echo iproute ;;
      unshare | taskset | losetup) echo util-linux ;;
      mkfs.btrfs) echo btrfs-progs ;;
      mkfs.xfs) echo xfsprogs ;;
      getfattr | setfattr) echo attr ;;
      mkfs.ext4 | resize2fs | e2fsck | debugfs) echo e2fsprogs ;;
      mkfs.xfs) echo xfsprogs ;;
      *) echo "$program" ;;
    esac
  done | sort -u
}

alpine_packages() {
  for program in "$@"; do
    case $program in
      dig | nslookup | host) echo bind-tools ;;
      kdig) echo knot-utils ;;
      knotd) echo knot ;;
      redis-server | redis-cli) echo redis ;;
      psql) echo postgresql postgresql-client ;;
      etcdctl) echo etcd-ctl ;;
      ip) echo iproute2 ;;
      unshare | taskset) echo util-linux ;;
      mkfs.ext4 | e2fsck) echo e2fsprogs ;;
      resize2fs | debugfs) echo e2fsprogs-extra ;;
      mkfs.btrfs) echo btrfs-progs ;;
      mkfs.xfs) echo xfsprogs ;;
      getfattr | setfattr) echo attr ;;
      mkfs.xfs) echo xfsprogs ;;
      *) echo "$program" ;;
    esac
  done | sort -u
}
