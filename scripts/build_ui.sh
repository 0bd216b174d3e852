#!/bin/sh
# Build the canvas, the only part of the UI with a build step, into ui/static/canvas. The same
# source gives the same bytes, so what is committed can be compared with what a build makes.
set -eu

command -v npm >/dev/null || {
    echo "Building the canvas needs Node.js with npm. Install it, or use the built files in the" >&2
    echo "repository: running the service does not need it." >&2
    exit 1
}
cd ui/canvas
npm ci --no-audit --no-fund
npm run build
