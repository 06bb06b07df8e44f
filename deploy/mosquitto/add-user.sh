#!/bin/sh
# Adds a user to Mosquitto's password file, or gives one a new password: the first line of standard input.
#
#   sh add-user.sh NAME [PASSWORD-FILE] < file-with-the-password
#
# NAME is calendar-agent for the agent and the device id (a-z, 0-9, "-") for a PBX. The broker takes the file up at its
# next start or on SIGHUP. The password appears in no list of processes.
set -eu
umask 077

name=${1:-}
file=${2:-/mosquitto/data/passwords}
case $name in
  '' | *[!a-z0-9-]*) echo 'NAME: expects lower-case letters, digits and "-"' >&2; exit 2 ;;
esac
IFS= read -r password || [ -n "$password" ] || true
# mosquitto_passwd -U takes what stands before a second colon for the password.
case $password in *:*) password='' ;; esac
if [ "${#password}" -lt 12 ]; then
  echo 'standard input: expects a password of at least 12 characters, without ":", in its first line' >&2
  exit 2
fi

# Beside the file, so that its place is taken in one step: the broker never reads half of it.
new=$file.new
trap 'rm -f "$new" "$new.user"' EXIT
printf '%s:%s\n' "$name" "$password" > "$new.user"
mosquitto_passwd -U "$new.user"
if [ -f "$file" ]; then grep -v "^$name:" "$file" > "$new" || true; else : > "$new"; fi
cat "$new.user" >> "$new"
mv "$new" "$file"
echo "$name: written to $file"
