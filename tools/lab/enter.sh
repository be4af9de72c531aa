#!/bin/sh
# What a container of the book does first: it copies the folders that MMBOOK_SHOW names into the home,
# where a hub keeps a reader's work. A folder that is there is left as it is; one whose copy was cut off
# is a .part, and begun again. Then it runs its command.
set -eu
for folder in $MMBOOK_SHOW; do
  [ -e "$HOME/$folder" ] && continue
  mkdir -p "$(dirname "$HOME/$folder")"
  rm -rf "$HOME/$folder.part"
  cp -R "/opt/mmbook/$folder" "$HOME/$folder.part"
  mv "$HOME/$folder.part" "$HOME/$folder"
done
exec "$@"
