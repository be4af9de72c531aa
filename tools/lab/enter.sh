#!/bin/sh
# What a container of the book does first: it copies the folders that MMBOOK_SHOW names into the home,
# where a hub keeps a reader's work. A folder that is there is left as it is. Then it runs its command.
set -eu
for folder in $MMBOOK_SHOW; do
  [ -e "$HOME/$folder" ] && continue
  mkdir -p "$(dirname "$HOME/$folder")"
  cp -R "/opt/mmbook/$folder" "$HOME/$folder"
done
exec "$@"
