#!/bin/sh
# A Chromium for the tests: the one on the path, else installed by apt-get for root, else a line that says how.
set -eu
find_browser() {
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null 2>&1 && return 0
  done
  return 1
}
find_browser && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
fi
find_browser && exit 0
echo "The tests open the map in a real browser: install Chromium (Debian: sudo apt-get install chromium) and run again" >&2
exit 1
