#!/bin/bash
# Start Conclave in Chromium, offline:
#
#     start-chromium.sh FOLDER [launcher options, such as --root HEX]
#
# FOLDER is the bundle. The launcher verifies and serves it; Chromium shows it with a profile of its
# own; both live in a network namespace that holds nothing but its own loopback. When the window
# closes, the launcher is stopped. Plug devices in first: OPERATOR.md says why.
set -eu

readonly PORT=7465
readonly ADDRESS="http://conclave.localhost:$PORT/"
readonly POLICY=/etc/chromium/policies/managed/conclave.json
readonly PROFILE="${XDG_DATA_HOME:-$HOME/.local/share}/conclave/chromium"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here

say() { printf '%s\n' "$@" >&2; }
refuse() { say "Refused: $1" "${@:2}" && exit 1; }

# Whether this process sees no network interface but loopback.
offline() { ! tail -n +3 /proc/net/dev | grep -qv '^ *lo:'; }

# Become a command, as this same user, in a new network namespace. Two steps, because bringing loopback
# up needs privilege over the namespace, and the command must not keep it: Chromium refuses to be root.
without_network() {
  exec unshare --map-root-user --net -- /bin/sh -c '
    ip link set lo up && user=$1 group=$2 && shift 2 &&
    exec unshare --user --map-user="$user" --map-group="$group" -- "$@"' \
    sh "$(id -u)" "$(id -g)" "$@"
}

if [ "$(id -u)" -eq 0 ]; then
  refuse 'this is root, and Chromium has no sandbox as root.' 'Start it as an ordinary user.'
fi
[ $# -gt 0 ] || refuse 'no bundle is named.' "Usage: $0 FOLDER [launcher options]"

if [ "$1" = --within ]; then
  shift
elif (without_network true) 2>/dev/null; then
  without_network "$BASH" "$here/start-chromium.sh" --within "$@"
fi

if offline; then
  say 'Network: none. Chromium and the launcher see only each other.'
else
  say 'WARNING: this session is NOT isolated from the network: this system gave no namespace of its own.' \
    'Only the browser policy and the page stand between Conclave and the network.' \
    'Unplug the cable and switch the radios off before you go on, or allow user namespaces (OPERATOR.md).'
fi
if ! cmp -s "$here/policy.json" "$POLICY"; then
  say "WARNING: $POLICY is missing or is not this bundle's policy." \
    'The browser is not hardened: it can open other pages, load extensions and reach the network.' \
    'Close it and install the policy (OPERATOR.md), unless this is a rehearsal.'
fi

if lock=$(readlink "$PROFILE/SingletonLock") && kill -0 "${lock##*-}" 2>/dev/null; then
  refuse "Chromium already runs with this profile (process ${lock##*-})." \
    'A new window would join it, on its network. Close it first.'
fi

if node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null; then
  launcher=(node "$here/../launch.mjs")
else
  launcher=(python3 "$here/../launch.py")
fi

# A YubiHSM's connector must be in here: nothing outside this namespace can be reached.
started=()
trap 'kill "${started[@]}" 2>/dev/null || true; wait "${started[@]}" 2>/dev/null || true' EXIT
case " $* " in
  *' --connector'*)
    command -v yubihsm-connector >/dev/null ||
      refuse 'yubihsm-connector is not installed, and --connector asks for it.' "It is Yubico's program."
    yubihsm-connector >&2 &
    started+=("$!")
    ;;
esac

# Only the launcher's own word counts: whoever answers on the port could be another program.
exec 3< <(exec "${launcher[@]}" "$@" --port "$PORT")
pid=$!
started+=("$pid")
line=
while [ "$line" != "Address  $ADDRESS until Ctrl-C" ]; do
  IFS= read -r -t 60 line <&3 || {
    [ $? -le 128 ] || refuse 'the launcher said nothing for 60 seconds.' 'Start again.'
    wait "$pid" || exit
    exit
  }
  printf '%s\n' "$line"
done

# What a program that held this port before may have left: a service worker that blocks ours or covers
# a part of the site, a cached page or worker script. Vaults (IndexedDB) and passkeys stay.
rm -rf "$PROFILE/Default/Cache" "$PROFILE/Default/Code Cache" "$PROFILE/Default/Service Worker"
mkdir -p "$PROFILE" && chmod 700 "$PROFILE"
"${CONCLAVE_CHROMIUM:-chromium}" \
  --user-data-dir="$PROFILE" --app="$ADDRESS" \
  --no-first-run --no-default-browser-check --disable-extensions \
  --disable-background-networking --disable-component-update --disable-sync 3<&-
