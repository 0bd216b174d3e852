#!/bin/sh
# Build the canvas, the only part of the UI with a build step, once it is there.
set -eu

if [ ! -f ui/canvas/package.json ]; then
    echo "Nothing to build: the pages are Python, and their assets are served as they are."
    exit 0
fi
command -v npm >/dev/null || {
    echo "Building the canvas needs Node.js with npm. Install it, or use the built files in the" >&2
    echo "repository: running the service does not need it." >&2
    exit 1
}
cd ui/canvas
npm ci --no-audit --no-fund
npm run build
