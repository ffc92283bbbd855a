#!/bin/sh
# Makes sure that the browsers of the tests are here, and axe-core, which looks for faults of accessibility in the page:
# installs them where it may, or says what to install. Prints nothing when all is there.
set -eu
cd "$(dirname "$0")/.."

# To take another version, change both: the sum is that of axe.min.js in the package.
axe=4.14.1
axe_sum=29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c
axe_file=bin/axe.js

have() {
	for name; do
		if command -v "$name" >/dev/null; then return; fi
	done
	return 1
}

is_axe() {
	[ -f "$1" ] || return 1
	if have sha256sum; then sum=$(sha256sum <"$1"); else sum=$(shasum -a 256 <"$1"); fi
	[ "${sum%% *}" = $axe_sum ]
}

fail() {
	echo "$1" >&2
	exit 1
}

missing=
have chromium chromium-browser google-chrome || missing=chromium
# Fonts, or a machine that has none shows boxes for letters.
have firefox-esr firefox || missing="$missing firefox-esr"
[ -z "$missing" ] || missing="$missing fonts-liberation"
is_axe $axe_file || have npm || missing="$missing npm"

if [ -n "$missing" ]; then
	needed="The browser tests need Chromium and Firefox, and npm to get axe-core: install them so that chromium, firefox-esr (or firefox) and npm are in PATH, on Debian with: apt-get install chromium firefox-esr npm"
	have apt-get || fail "$needed"
	root=
	if [ "$(id -u)" != 0 ]; then
		if ! have sudo || ! sudo -n true 2>/dev/null; then fail "$needed"; fi
		root="sudo -n"
	fi
	echo "Installing for the browser tests:" $missing >&2
	export DEBIAN_FRONTEND=noninteractive
	{ $root apt-get update -q && $root apt-get install -qy --no-install-recommends $missing; } >&2 || fail "$needed"
fi

if ! is_axe $axe_file; then
	echo "Getting axe-core $axe from npm" >&2
	mkdir -p bin
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	(cd "$work" && npm pack --silent "axe-core@$axe" >/dev/null && tar -xzf axe-core-*.tgz package/axe.min.js) ||
		fail "npm has no axe-core $axe for the browser tests: see what npm pack axe-core@$axe says."
	is_axe "$work/package/axe.min.js" || fail "axe-core $axe from npm is not the file whose checksum is in e2e/install.sh."
	mv "$work/package/axe.min.js" $axe_file
fi
