import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RealStack, realStack } from '../alicloud/stack.ts'

/** Text that would do harm wherever it were taken for more than text. */
const hostile = `"; touch /pwned; $(touch /pwned) \`touch /pwned\` '&& touch /pwned #{%\\`
/** As harmful as the database's rules allow. */
const password = 'A1$(id)&!%#@^*_+-='
let stack: RealStack
let machine: string

beforeAll(async () => {
  stack = await realStack()
  const done = await stack.up('--set', `app.secretKey=${hostile}`, '--set', `database.password=${password}`)
  expect(done, JSON.stringify(done)).toMatchObject({ is: 'done' })
  machine = (await stack.entry('machines/instance')).id
}, 20 * 60_000)

afterAll(async () => await stack?.close())

describe('what people answer', () => {
  it('is data on the real machine, character for character, for the shell, for systemd and for Python', async () => {
    const shell = await stack.inside(machine, '. /etc/stackwright/django.env; printf %s "$DJANGO_SECRET_KEY"')
    expect(shell).toBe(hostile)
    expect(await stack.inside(machine, '. /etc/stackwright/django.env; printf %s "$DB_PASSWORD"')).toBe(password)
    const pid = (await stack.inside(machine, 'systemctl show -p MainPID --value stackwright-django')).trim()
    const given = await stack.inside(
      machine,
      `runuser -u django -- cat /proc/${pid}/environ | tr '\\0' '\\n' | sed -n 's/^DJANGO_SECRET_KEY=//p'`,
    )
    expect(given).toBe(`${hostile}\n`)
    expect(await stack.inside(machine, 'ls /pwned 2>/dev/null || echo nothing')).toBe('nothing\n')
  })

  it('is refused at the door when it has a second line', async () => {
    const refused = await stack.up('--set', `app.secretKey=${'x'.repeat(30)}\n${hostile}`)
    expect(refused).toMatchObject({ is: 'failed', exit: 2, calls: {} })
  })

  it('is not in what the cloud keeps of its commands', async () => {
    const { Invocations } = await stack.ask('ecs.DescribeInvocations', { InstanceId: machine, PageSize: '50' })
    const kept = JSON.stringify(Invocations)
    const decoded = kept.replace(/[A-Za-z0-9+/=]{100,}/g, text => Buffer.from(text, 'base64').toString('utf8'))
    for (const text of [kept, decoded]) {
      expect(text).not.toContain('touch /pwned')
      expect(text).not.toContain(password)
    }
    expect(decoded).toContain('openssl')
  })
})

/** A repository on the machine itself, which it reaches as any other: by ssh. */
const repository = `set -e
home=/opt/stackwright/home
install -d -o django -g django -m 700 $home/.ssh
runuser -u django -- ssh-keygen -q -t ed25519 -N '' -f $home/.ssh/id_ed25519
install -d -m 700 /root/.ssh
cat $home/.ssh/id_ed25519.pub >>/root/.ssh/authorized_keys
cp -r /opt/stackwright/sample /root/app
rm -rf /root/app/.git
cd /root/app
git init -q -b main
git add .
git -c user.name=a -c user.email=a@example.com commit -q -m first
chmod -R go+rX /root/app
systemctl start ssh`

const fromGit = (path: string, module: string) => [
  ...['--set', 'app.source=git', '--set', `app.repository=ssh://root@localhost${path}`, '--set', 'app.ref=main'],
  ...['--set', `app.module=${module}`, '--set', 'app.healthPath=/health/'],
]

describe('a bootstrap that fails', () => {
  beforeAll(async () => void (await stack.inside(machine, repository)))

  it("is an error with the script's own last lines: there is no such repository", async () => {
    // The script tries five times, and its pauses take no time.
    await stack.inside(machine, 'ln -s /bin/true /usr/local/bin/sleep')
    const failed = await stack.up(...fromGit('/root/nothing', 'config.wsgi:application'))
    await stack.inside(machine, 'rm /usr/local/bin/sleep')
    expect(failed).toMatchObject({ is: 'failed', exit: 1 })
    const told = JSON.stringify(failed.problem)
    expect(told).toContain("'/root/nothing' does not appear to be a git repository")
    expect(told).toContain('FAILED in the chapter \\"Application\\"')
  }, 300_000)

  it("is an error with the script's own last lines: there is no such module", async () => {
    const failed = await stack.up(...fromGit('/root/app', 'shop.wsgi:application'))
    expect(failed).toMatchObject({ is: 'failed', exit: 1 })
    expect(JSON.stringify(failed.problem)).toMatch(/No module named 'shop'/)
  }, 300_000)

  it('is mended by the right answer and the same command', async () => {
    const done = await stack.up(...fromGit('/root/app', 'config.wsgi:application'))
    expect(done, JSON.stringify(done)).toMatchObject({ is: 'done' })
    expect(await (await fetch(`${done.outputs.url}health/`)).json()).toEqual({ ok: true })
    const folder = await stack.inside(machine, 'systemctl show -p WorkingDirectory --value stackwright-django')
    expect(folder).toContain('/opt/stackwright/git')
  }, 300_000)
})
