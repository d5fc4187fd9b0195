# Sourced by dev, in the repository's folder: Debian packages, installed when missing.
# shellcheck shell=bash

# packages GROUP…: the names listed under these groups of tools/packages.txt.
packages() {
  local group
  for group in "$@"; do
    awk -v want="[$group]" '/^\[/ { on = ($0 == want) } on && /^[a-z0-9]/' tools/packages.txt
  done | sort -u
}

# missing NAME…: those of the packages that are not installed.
missing() {
  local installed
  # dpkg-query fails when it has never heard of one of them.
  installed=$(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' "$@" 2>/dev/null | sed -n 's/^ii //p' || true)
  comm -23 <(printf '%s\n' "$@" | sort -u) <(sort -u <<<"$installed")
}

# as_root COMMAND…: runs it as root, through sudo when there is no other way.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# apt_knows NAME…: whether apt's lists, as they are, offer all of these.
apt_knows() { apt-get install --simulate --no-install-recommends "$@" >/dev/null 2>&1; }

need_root_for() {
  [ "$(id -u)" = 0 ] && return
  command -v sudo >/dev/null ||
    fail "these packages are missing, and installing them needs root or sudo; as root run:
  apt-get install --no-install-recommends $*"
  say "Using sudo to install packages"
}

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# Tests start servers of their own: Debian's package is not to make and start one where there is none.
no_postgres_service() {
  local config=/etc/postgresql-common/createcluster.conf
  [ -e "$config" ] && return
  as_root mkdir -p "${config%/*}"
  echo "create_main_cluster = false" | as_root tee "$config" >/dev/null
}

# install_packages GROUP…: makes sure that these groups are installed.
install_packages() {
  command -v dpkg-query >/dev/null || fail "this needs Debian 12 (dpkg and apt)"
  local names wanted
  mapfile -t names < <(packages "$@")
  mapfile -t wanted < <(missing "${names[@]}")
  [ ${#wanted[@]} = 0 ] && return
  need_root_for "${wanted[@]}"
  if ! apt_knows "${wanted[@]}"; then
    say "Updating apt's lists"
    as_root apt-get update -qq
  fi
  case " ${wanted[*]} " in *" postgresql-15 "*) no_postgres_service ;; esac
  say "Installing ${wanted[*]}"
  # Lists that are old name versions that are gone: refresh them once.
  apt_install "${wanted[@]}" || { as_root apt-get update -qq && apt_install "${wanted[@]}"; } ||
    fail "apt-get could not install: ${wanted[*]}"
}
