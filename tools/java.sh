#!/bin/sh
# A Java for the Spark cluster of the tests: the one on the path, else installed by apt-get for root, else a line that says how.
set -eu
find_java() { command -v java >/dev/null 2>&1; }
find_java && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends default-jre-headless >/dev/null
fi
find_java && exit 0
echo "The tests start a Spark cluster: install Java 17 or newer (Debian: sudo apt-get install default-jre-headless) and run again" >&2
exit 1
