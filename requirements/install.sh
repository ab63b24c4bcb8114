#!/bin/sh
# Make .venv hold what a target needs: `install.sh base` to run the gate, `install.sh dev` to test it.
# Root, or a user with sudo, gets missing Debian packages installed; nothing is done twice.
set -eu
cd "$(dirname "$0")/.."

fail() {
    echo "install.sh: $*" >&2
    exit 1
}

missing() {
    for package in "$@"; do
        state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
        [ "$state" = installed ] || echo "$package"
    done
}

debian() {
    command -v dpkg-query >/dev/null || fail "this is not Debian; install $* yourself"
    wanted=$(missing "$@")
    [ -n "$wanted" ] || return 0
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "missing packages, and no sudo to install them:" $wanted
        as_root=sudo
    fi
    echo "installing Debian packages:" $wanted
    $as_root apt-get update -q
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $wanted
}

of_pip() {
    .venv/bin/python -m pip config get "global.$1" 2>/dev/null | tr '\n' ' ' || true
}

# uv reads no configuration of pip; a machine that has one (a mirror, a folder of wheels) means it for both.
# A plant whose network inspects TLS has its authority in the system's certificates, which uv must be told to use.
hand_over() {
    export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-1}"
    links=${PIP_FIND_LINKS:-$(of_pip find-links)}
    index=${PIP_INDEX_URL:-$(of_pip index-url)}
    extra=${PIP_EXTRA_INDEX_URL:-$(of_pip extra-index-url)}
    cert=${PIP_CERT:-$(of_pip cert)}
    [ -z "$links" ] || export UV_FIND_LINKS="${UV_FIND_LINKS:-$(echo $links | tr ' ' ',')}"
    [ -z "$index" ] || export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$(echo $index)}"
    [ -z "$extra" ] || export UV_INDEX="${UV_INDEX:-$(echo $extra)}" UV_INDEX_STRATEGY=unsafe-best-match
    [ -z "$cert" ] || export SSL_CERT_FILE="${SSL_CERT_FILE:-$(echo $cert)}"
}

environment() {
    [ -x .venv/bin/python ] && .venv/bin/python -m pip --version >/dev/null 2>&1 && return 0
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "Python 3.11 or later is needed"
    python3 -c 'import ensurepip, venv' 2>/dev/null || debian python3-venv
    python3 -m venv --clear .venv
}

packages() {
    stamp=$(cat "$@" requirements/uv.txt | sha256sum)
    [ "$stamp" != "$(cat ".venv/$target.stamp" 2>/dev/null || true)" ] || return 0
    [ -x .venv/bin/uv ] || .venv/bin/python -m pip install -q --require-hashes -r requirements/uv.txt
    hand_over
    for file in "$@"; do
        set -- "$@" -r "$file"
        shift
    done
    .venv/bin/uv pip install -q --python .venv/bin/python --require-hashes "$@"
    echo "$stamp" >".venv/$target.stamp"
}

target=${1:-}
case $target in
base)
    environment
    packages requirements/base.txt
    ;;
dev)
    debian chromium chromium-sandbox fonts-dejavu-core libatomic1 strace systemd gcc \
        openssl poppler-utils golang-go golang-golang-x-mod-dev
    environment
    packages requirements/dev.txt requirements/peer.txt
    ;;
*) fail "say base or dev" ;;
esac
