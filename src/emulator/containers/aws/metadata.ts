import { find, text } from '../../aws/core/input.ts'
import { firstAccount } from '../../aws/protocol/accounts.ts'
import { publicIpOf } from '../../aws/services/ec2/network-interface.ts'
import { roleOfProfile } from '../../aws/services/iam/instance-profile.ts'
import type { Thing } from '../../world/model.ts'
import { inside, type Machine } from '../machine.ts'
import type { Runtime } from '../runtime.ts'
import { groupsOf, type Placed } from './desired.ts'

/** Where it really listens: on port 80 it would keep a web server from listening on every address. */
const port = 50_254

/**
 * The instance metadata service, version 2 only, on each machine itself: it answers from a file that says what the API
 * knows, and hands out the role's temporary keys. They are of the kind that the embedded cloud lets in.
 */
const source = `#!/usr/bin/python3
import datetime
import http.server
import json
import secrets
import socketserver

FILE = "/run/stackwright-metadata/facts.json"
TOKENS = set()


class Answers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        seconds = self.headers.get("X-aws-ec2-metadata-token-ttl-seconds", "")
        if self.path != "/latest/api/token" or not seconds.isdigit():
            return self.tell(400, "")
        token = secrets.token_urlsafe(40)
        TOKENS.add(token)
        self.tell(200, token, seconds)

    def do_GET(self):
        if self.headers.get("X-aws-ec2-metadata-token") not in TOKENS:
            return self.tell(401, "")
        with open(FILE) as file:
            facts = json.load(file)
        text = facts.get(self.path.split("?")[0].rstrip("/"))
        if text is None:
            return self.tell(404, "")
        now = datetime.datetime.now(datetime.timezone.utc)
        stamp = lambda hours: (now + datetime.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.tell(200, text.replace("@NOW@", stamp(0)).replace("@LATER@", stamp(6)))

    def tell(self, status, text, seconds=None):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        if seconds:
            self.send_header("X-aws-ec2-metadata-token-ttl-seconds", seconds)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


Server(("169.254.169.254", ${port}), Answers).serve_forever()
`

/** Starts the service on the machine, or only tells it what is new. Can be repeated. */
export async function serveMetadata(runtime: Runtime, machine: Machine, facts: string): Promise<void> {
  const script = `ip address replace 169.254.169.254/32 dev lo
nft -f - <<'END'
table ip stackwright_metadata
delete table ip stackwright_metadata
table ip stackwright_metadata {
  chain output {
    type nat hook output priority -100;
    ip daddr 169.254.169.254 tcp dport 80 dnat to 169.254.169.254:${port}
  }
}
END
install -d -m 700 /run/stackwright-metadata
echo ${base64(facts)} | base64 -d >/run/stackwright-metadata/facts.new
mv /run/stackwright-metadata/facts.new /run/stackwright-metadata/facts.json
if ! systemctl is-active --quiet stackwright-metadata; then
  echo ${base64(source)} | base64 -d >/run/stackwright-metadata/serve
  systemctl reset-failed stackwright-metadata 2>/dev/null || true
  systemd-run --quiet --collect --unit stackwright-metadata -p Restart=always python3 /run/stackwright-metadata/serve
  for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    if (: </dev/tcp/169.254.169.254/80) 2>/dev/null; then break; fi
    sleep 0.1
  done
fi
`
  await inside(runtime, machine.name, `The metadata service of ${machine.id} did not start.`, script)
}

/** What the service knows, by path. Texts as JSON: `@NOW@` and `@LATER@` are times. */
export function metadataOf({ call, thing }: Placed): string {
  const link = find(call, 'network-interface', text(thing, 'interfaceId'))
  const publicIp = link ? publicIpOf(call, link) : ''
  const role = roleOfProfile(call, text(thing, 'profileArn'))
  const roleName = role ? text(role, 'name') : ''
  const meta: Record<string, string> = {
    'instance-id': thing.id,
    'ami-id': text(thing, 'imageId'),
    'instance-type': text(thing, 'type'),
    'local-ipv4': text(thing, 'privateIp'),
    hostname: hostName(thing),
    'local-hostname': hostName(thing),
    'placement/region': call.region,
    'placement/availability-zone': text(thing, 'zone'),
    'security-groups': groupsOf({ call, thing }).join('\n'),
    ...(publicIp && { 'public-ipv4': publicIp }),
    ...(roleName && {
      'iam/security-credentials': roleName,
      [`iam/security-credentials/${roleName}`]: JSON.stringify(credentials(call.account, thing.id)),
    }),
  }
  const document = {
    accountId: call.account,
    instanceId: thing.id,
    instanceType: text(thing, 'type'),
    imageId: text(thing, 'imageId'),
    region: call.region,
    availabilityZone: text(thing, 'zone'),
    privateIp: text(thing, 'privateIp'),
  }
  const entries = Object.entries(meta).map(([path, value]) => [`/latest/meta-data/${path}`, value])
  return JSON.stringify({
    ...Object.fromEntries(entries),
    '/latest/dynamic/instance-identity/document': JSON.stringify(document),
  })
}

/** `ip-10-0-1-10`. */
export function hostName(instance: Thing): string {
  return `ip-${text(instance, 'privateIp').replaceAll('.', '-')}`
}

/** Any id is let in with itself as the secret; the second account has one name only. */
function credentials(account: string, instanceId: string): Record<string, string> {
  const id = account === firstAccount ? `ASIA${instanceId.slice(2).toUpperCase()}` : 'other'
  return {
    Code: 'Success',
    LastUpdated: '@NOW@',
    Type: 'AWS-HMAC',
    AccessKeyId: id,
    SecretAccessKey: id,
    Token: `role-of-${instanceId}`,
    Expiration: '@LATER@',
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
