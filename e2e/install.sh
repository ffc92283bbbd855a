#!/bin/sh
# Makes sure that the browsers of the tests are here: installs them where it may, or says what to install.
# Prints nothing when all is there.
set -eu

have() {
	for name; do
		if command -v "$name" >/dev/null; then return; fi
	done
	return 1
}

missing=
have chromium chromium-browser google-chrome || missing=chromium
have firefox-esr firefox || missing="$missing firefox-esr"
[ -n "$missing" ] || exit 0

fail() {
	echo "The browser tests need Chromium and Firefox: install them so that chromium and firefox-esr (or firefox) are in PATH, on Debian with: apt-get install chromium firefox-esr" >&2
	exit 1
}

have apt-get || fail
root=
if [ "$(id -u)" != 0 ]; then
	if ! have sudo || ! sudo -n true 2>/dev/null; then fail; fi
	root="sudo -n"
fi

echo "Installing for the browser tests:" $missing >&2
export DEBIAN_FRONTEND=noninteractive
# Fonts, or a machine that has none shows boxes for letters.
{ $root apt-get update -q && $root apt-get install -qy --no-install-recommends $missing fonts-liberation; } >&2 || fail
