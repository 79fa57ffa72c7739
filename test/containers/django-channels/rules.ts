import { describe, expect, it } from 'vitest'
import { slowly } from '../aws/support.ts'
import type { Chat } from './chat.ts'

/** Which process a path reaches, as the processes' own logs tell. */
export function describeRules(of: () => Chat): void {
  describe('The rule of the listener', () => {
    it('sends /ws/… to daphne and everything else to gunicorn, on both machines', async () => {
      const chat = of()
      const machines = [chat.first, chat.second]
      for (const id of machines) await chat.inside(id, LOGGED)
      const pages = ['/?marked', '/chat/marked/', '/ws?marked', '/wsx/marked', '/demo/check?marked']
      const sockets = ['/ws/healthz?marked', '/ws/marked', '/ws/chat/marked/']
      // Each twice: the load balancer takes the machines in turn.
      for (const path of [...pages, ...sockets, ...pages, ...sockets]) await chat.visit(path)
      const seats = [await chat.enter('marked'), await chat.enter('marked')]
      for (const seat of seats) seat.close()

      const logs = async (service: string) => {
        const texts = await Promise.all(machines.map(id => chat.inside(id, `journalctl -u ${service} -o cat`)))
        return texts.map(text => [...new Set(text.match(/\/[\w/?]*marked\/?/g))])
      }
      const all = (lists: string[][]) => [...new Set(lists.flat())].sort()
      const web = async () => await logs('stackwright-web')
      const daphne = async () => await logs('stackwright-websocket')
      expect(
        await slowly(
          async () => all(await web()),
          list => list.length >= pages.length,
          20,
        ),
      ).toEqual(pages.sort())
      expect(
        await slowly(
          async () => all(await daphne()),
          list => list.length >= sockets.length,
          20,
        ),
      ).toEqual(sockets.sort())
      for (const seen of [await web(), await daphne()]) expect(seen.every(list => list.length > 0)).toBe(true)
    })
  })
}

/** gunicorn tells requests only when it is asked to; returns when it serves again. */
const LOGGED = `
unit=/etc/systemd/system/stackwright-web.service.d
mkdir -p $unit
printf '[Service]\\nEnvironment=GUNICORN_CMD_ARGS=--access-logfile=-\\n' >$unit/log.conf
systemctl daemon-reload
systemctl restart stackwright-web
timeout 60 sh -c 'until curl -sf -o /dev/null http://127.0.0.1:8000/healthz; do sleep 0.2; done'`
