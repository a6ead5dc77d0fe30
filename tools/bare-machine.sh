#!/usr/bin/env bash
# Runs `npm test` on a machine with only Node.js, npm and git: as root and as an ordinary user, in a Debian without browser,
# PostgreSQL, Python and procps. Tests the commit that is checked out. Needs root, debootstrap and a Node.js outside of
# node_modules, best the oldest that CONTRIBUTING.md names.
#
#   tools/bare-machine.sh [COMMAND]    runs another command than `npm test`
set -euo pipefail
cd "$(dirname "$0")/.."

command=${1:-npm test}
if [ "$(id -u)" != 0 ] || ! command -v debootstrap >/dev/null; then
  echo "Left out: a bare machine needs root and debootstrap (Debian: apt-get install debootstrap)."
  exit 0
fi
node=$(readlink -f "$(type -ap node | grep -v node_modules | head -1)")
npm=$(dirname "$(dirname "$node")")/lib/node_modules/npm

machine=$(mktemp -d)
# Ordinary users walk through it: it is their root folder.
chmod 755 "$machine"
trap 'rm -rf --one-file-system "$machine"' EXIT
debootstrap --variant=minbase --include=git,ca-certificates bookworm "$machine" >/dev/null
cp "$node" "$machine/usr/bin/node"
mkdir -p "$machine/usr/lib/node_modules"
cp -a "$npm" "$machine/usr/lib/node_modules/npm"
for program in npm npx; do ln -s "../lib/node_modules/npm/bin/$program-cli.js" "$machine/usr/bin/$program"; done
# The registry is reached as from here.
cp /etc/resolv.conf /etc/hosts "$machine/etc/"
cp /etc/ssl/certs/ca-certificates.crt "$machine/etc/ssl/certs/"

chroot "$machine" useradd --create-home dev
for account in root dev; do
  home=$(chroot "$machine" getent passwd "$account" | cut -d: -f6)
  git clone --quiet --no-hardlinks . "$machine$home/headgate"
  chroot "$machine" chown -R "$account:" "$home/headgate"
  echo "== $account on a bare machine: $command"
  # Namespaces of its own: what the tests leave running ends with them, and so do the mounts.
  unshare --mount --pid --fork --kill-child bash -c '
    mount -t proc proc "$0/proc"
    mount --rbind /dev "$0/dev"
    mount -t tmpfs -o mode=1777 tmpfs "$0/dev/shm"
    exec chroot --userspec="$1:" "$0" env -i HOME="$2" USER="$1" LANG=C.UTF-8 CI=true \
      PATH=/usr/local/bin:/usr/bin:/bin NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt \
      bash -c "cd \"\$HOME/headgate\" && $3"
  ' "$machine" "$account" "$home" "$command"
  rm -rf "$machine$home/headgate"
done
