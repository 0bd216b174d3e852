#!/bin/sh
# Look for known weaknesses: in our code with bandit, in the locked packages with pip-audit.
# $1 is the folder of the programs. Without a way to the advisories the packages are not judged,
# which one line says; findings fail.
set -u

bin=$1

"$bin/bandit" -q -c pyproject.toml -r \
    checkpoints domain graphs nodes server storage tools ui || exit 1

said=$("$bin/pip-audit" -r requirements.lock --disable-pip --require-hashes \
    --progress-spinner off --timeout 5 2>&1)
status=$?

case $said in
*Found*"known vulnerabilit"*)
    echo "$said" >&2
    exit 1
    ;;
esac

if [ "$status" -ne 0 ]; then
    case $said in
    *ConnectionError* | *ConnectTimeout* | *ReadTimeout* | *"Max retries"* | *"timed out"* | \
        *"service is unavailable"* | *ProxyError* | *SSLError* | *"Could not connect"*)
        echo "The packages were not audited: the advisories cannot be reached." >&2
        exit 0
        ;;
    esac
    echo "$said" >&2
    exit 1
fi

unknown=$(printf '%s\n' "$said" | grep -c "could not be audited")
if [ "$unknown" -gt 0 ]; then
    echo "Of the locked packages $unknown were not audited: the advisories do not know them." >&2
fi
