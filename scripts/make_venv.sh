#!/bin/sh
# Make the virtualenv $1 with the Python $2, or with any other that is new enough.
# A whole one stays as it is, one without pip gets it, a broken one is made again.
set -eu

venv=$1
wanted=$2

"$venv/bin/python" -m pip --version >/dev/null 2>&1 && exit 0
"$venv/bin/python" -m ensurepip >/dev/null 2>&1 && exit 0

for python in "$wanted" python3 python3.14 python3.13 python3.12 python3.11; do
    if "$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        echo "Setting up $venv with $("$python" --version); once, about a minute." >&2
        exec "$python" -m venv --clear "$venv"
    fi
done

echo "Python 3.11 or newer with its venv module is needed, and none was found." >&2
echo "On Debian and Ubuntu: apt-get install python3 python3-venv. Elsewhere name one:" >&2
echo "make PYTHON=/path/to/python3 run" >&2
exit 1
