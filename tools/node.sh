# Sourced by dev: Node.js, which builds and tests the dashboard. Any of version 18 or newer will do; Debian's is
# installed where there is none.
# shellcheck shell=bash

least_node=18

has_node() {
  command -v npm >/dev/null && command -v node >/dev/null &&
    [ "$(node -p 'process.versions.node.split(".")[0]')" -ge "$least_node" ]
}

need_node() {
  has_node && return
  ! command -v node >/dev/null || command -v npm >/dev/null ||
    fail "node $(node --version) is here without npm: install the npm that belongs to it"
  install_packages web
  has_node || fail "the dashboard needs Node.js $least_node or newer with npm, and node says $(node --version):
  remove it, so that Debian's is found, or install a newer one"
}

# need_chromium: what the end-to-end tests drive.
need_chromium() {
  if command -v chromium >/dev/null; then install_packages browser-fonts; else install_packages browser browser-fonts; fi
}
