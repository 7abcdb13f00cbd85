#!/bin/sh
# wheel.sh BUILD: makes the wheel, installs it in a clean environment without a network, and lets the tests of the
# package run there, with the library that came along.
set -eu
build=$(cd "$1" && pwd)
source=$(cd "$(dirname "$0")/../.." && pwd)
unset AMINE_LIBRARY PYTHONPATH
/usr/bin/python3 -c "import setuptools, wheel, venv, pip" 2>/dev/null || { echo "no setuptools, wheel, venv or pip"; exit 77; }
where=$(mktemp -d)
trap 'rm -rf "$where"' EXIT
wheel=$("$source/tools/make-wheel" "$build" "$where/dist")
/usr/bin/python3 -m venv --without-pip --system-site-packages "$where/venv"
/usr/bin/python3 -m pip -q --python "$where/venv/bin/python" install --no-index --no-deps "$wheel"
cd "$where"
used=$(venv/bin/python -c "import amine; print(amine.loaded_from())")
case $used in
"$where"/venv/*) ;;
*) echo "it uses $used"; exit 1 ;;
esac
if LC_ALL=C ldd "$used" | grep -v "$where" | grep -E "jansson|gomp|libz"; then echo "it needs what is not in it"; exit 1; fi
# COMMAND and LAYOUT are for what is left out here: what compares the package with the build.
venv/bin/python -B "$source/tests/python/test_package.py" none none Arrays Brains Experiments Live \
  Runs.test_stopped_and_gone_on_with Runs.test_the_page_and_what_it_shows
venv/bin/python -B "$source/tests/python/test_world.py"
