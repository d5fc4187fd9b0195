# Sourced by dev and its parts: how they speak.
# shellcheck shell=bash

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
fail() {
  printf 'dev: %s\n' "$*" >&2
  exit 1
}
