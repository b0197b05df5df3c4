#!/usr/bin/env bash
# Plays a newcomer: a bare Debian, a fresh clone, the README's first command, then no network.
#
#     sudo deploy/newcomer.sh [FOLDER]
#
# Needs root, debootstrap, git and iproute2. FOLDER keeps the bare Debian for the next time; without
# it all is thrown away. What is tried is in newcomer.py. The registries are those of the caller:
# the variables in PASSED reach the newcomer, files like pip.conf do not. PORT, when set, too.
# Mounts and processes live in name spaces of their own and end with this script.
set -euo pipefail

PACKAGES=python3,python3-venv,make,ca-certificates,git
USER_NAME=an
PLACE="/home/$USER_NAME/our village/nguon"
PASSED=(
  PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_TRUSTED_HOST PIP_CERT PIP_PROXY PIP_DEFAULT_TIMEOUT
  npm_config_registry npm_config_cafile npm_config_proxy npm_config_https_proxy
  http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY
  SSL_CERT_FILE REQUESTS_CA_BUNDLE NODE_EXTRA_CA_CERTS PORT
)

cd "$(dirname "${BASH_SOURCE[0]}")/.."
repository=$PWD
if [ $# -gt 0 ]; then
  mkdir -p "$1"
  folder=$(cd "$1" && pwd)
else
  folder=$(mktemp -d)
  trap 'rm -rf --one-file-system "$folder"' EXIT
fi
debian=$folder/debian

if [ ! -e "$folder/made" ]; then
  debootstrap --variant=minbase --include="$PACKAGES" bookworm "$debian"
  chroot "$debian" useradd --create-home --shell /bin/sh "$USER_NAME"
  printf '127.0.0.1 localhost\n::1 localhost\n' >"$debian/etc/hosts"
  touch "$folder/made"
fi

find "$debian/home/$USER_NAME" -mindepth 1 -delete
git clone --quiet "file://$repository" "$debian$PLACE"
cp deploy/newcomer.py "$debian/home/$USER_NAME/newcomer.py"
chroot "$debian" chown -R "$USER_NAME:" "/home/$USER_NAME"
cp -L /etc/resolv.conf "$debian/etc/resolv.conf"

environment=(HOME="/home/$USER_NAME" USER="$USER_NAME" PATH=/usr/local/bin:/usr/bin:/bin TERM=xterm)
for name in "${PASSED[@]}"; do
  value=${!name-}
  [ -n "$value" ] || continue
  environment+=("$name=$value")
  case $name in
    *CERT* | *cafile | *CA_BUNDLE) [ ! -f "$value" ] || install -D -m 644 "$value" "$debian$value" ;;
  esac
done

# inside WORD [OPTION…]: let newcomer.py do a part, in name spaces of its own
inside() {
  local word=$1
  shift
  unshare --mount --pid --ipc --fork --kill-child "$@" bash -euc '
    debian=$1 who=$2
    shift 2
    mount -t proc proc "$debian/proc"
    mount -t tmpfs -o mode=755 tmpfs "$debian/dev"
    for name in null zero full random urandom tty; do
      touch "$debian/dev/$name"
      mount --bind "/dev/$name" "$debian/dev/$name"
    done
    mkdir "$debian/dev/pts" "$debian/dev/shm"
    mount -t devpts -o newinstance,ptmxmode=666 devpts "$debian/dev/pts"
    mount -t tmpfs -o mode=1777 tmpfs "$debian/dev/shm"
    ln -s pts/ptmx "$debian/dev/ptmx"
    ln -s /proc/self/fd "$debian/dev/fd"
    ip link set lo up
    exec chroot --userspec="$who" "$debian" env -i "$@"
  ' - "$debian" "$USER_NAME" "${environment[@]}" python3 "/home/$USER_NAME/newcomer.py" "$word" "$PLACE"
}

inside online
inside offline --net
