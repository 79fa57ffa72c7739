/** What an AWS machine's scripts find in their environment besides what any machine gives them. */
export interface Surroundings {
  /** The API's address for this machine. */
  endpoint: string
  region: string
}

/**
 * A script as the agent or the first boot runs it: in the region, with the way to the embedded cloud's API in place of
 * AWS's own. The script itself stays as it is and decides by its first line who runs it.
 */
export function wrapped(script: string | Buffer, { endpoint, region }: Surroundings): string {
  return `#!/bin/sh
export AWS_ENDPOINT_URL='${endpoint}' AWS_REGION='${region}' AWS_DEFAULT_REGION='${region}'
folder=$(mktemp -d /run/stackwright-script.XXXXXX) || exit
trap 'rm -rf "$folder"' EXIT
base64 -d >"$folder/script" <<'END' || exit
${Buffer.from(script)
  .toString('base64')
  .replace(/.{1,76}/g, '$&\n')}END
chmod 700 "$folder/script"
/bin/sh -c "$folder/script"
`
}
