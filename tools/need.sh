#!/usr/bin/env bash
# Make sure that a program is there: need.sh chromium, need.sh wrk. Installs it with apt-get as root, else says how.
set -euo pipefail
name=$1
command -v "$name" >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing $name …"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >/dev/null
  apt-get install -y -qq "$name" >/dev/null
else
  echo "Tests and benchmarks need $name: install it with your system's packages (Debian: sudo apt-get install $name)." >&2
  exit 1
fi
