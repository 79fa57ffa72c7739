#!/bin/sh
# Runs a script as the agent or the first boot does: in the region, with the way to the embedded cloud's API in place of
# AWS's own. The script stays as it is and decides by its first line who runs it.
export AWS_ENDPOINT_URL='@ENDPOINT@' AWS_REGION='@REGION@' AWS_DEFAULT_REGION='@REGION@'
# Who signs the databases' certificates here, in place of Amazon.
export STACKWRIGHT_AUTHORITY='@AUTHORITY@'
folder=$(mktemp -d /run/stackwright-script.XXXXXX) || exit
trap 'rm -rf "$folder"' EXIT
base64 -d >"$folder/script" <<'END' || exit
@SCRIPT@
END
chmod 700 "$folder/script"
/bin/sh -c "$folder/script"
