#!/bin/sh
# Print the path of a Chromium for the UI's tests: $CHROMIUM, one on the PATH or in its usual
# place, or on Debian and Ubuntu a newly installed one.
set -eu

mac_chrome="/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"

find_chromium() {
    for name in ${CHROMIUM:+"$CHROMIUM"} chromium chromium-browser google-chrome "$mac_chrome"; do
        command -v "$name" && return 0
    done
    return 1
}

install_chromium() {
    command -v apt-get >/dev/null || return 1
    as_root=""
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2>/dev/null || return 1
        as_root="sudo -n"
    fi
    echo "Installing Chromium for the UI's tests." >&2
    export DEBIAN_FRONTEND=noninteractive
    $as_root apt-get update -qq >&2 &&
        $as_root apt-get install -y -qq --no-install-recommends chromium fonts-liberation >&2
}

if [ -n "${CHROMIUM:-}" ] && ! command -v "$CHROMIUM" >/dev/null; then
    echo "CHROMIUM names $CHROMIUM, which is not a program. Correct it, or unset it." >&2
    exit 1
fi

find_chromium && exit 0
install_chromium && find_chromium && exit 0

echo "The UI's tests need Chromium or Chrome, and none was found. Install one (Debian:" >&2
echo "apt-get install chromium), or set CHROMIUM to the path of its program." >&2
exit 1
