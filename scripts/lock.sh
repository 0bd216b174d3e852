#!/bin/sh
# Write both lock files from pyproject.toml, for every platform, with hashes and no index address.
set -eu

compile() {
    .venv/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
        --no-emit-find-links --custom-compile-command "make lock" "$@"
}

compile "$@" pyproject.toml --output-file requirements.lock
compile "$@" pyproject.toml --group dev --constraint requirements.lock \
    --output-file requirements-dev.lock
