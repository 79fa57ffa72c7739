import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type Chat, type Seat, seatsApart } from './chat.ts'

/** People in rooms, whose WebSockets the load balancer gives to either machine. */
export function describeTalk(of: () => Chat): void {
  describe('Talk through wss://', () => {
    it('passes messages on, both ways, between WebSockets that are open on different machines', async () => {
      const [ann, bob] = await seatsApart(of(), 'lobby')
      expect(ann.server).not.toBe(bob.server)
      const key = say(ann, 'Ann', 'Hello <b>Bob</b>')
      const hello = { key, name: 'Ann', text: 'Hello <b>Bob</b>' }
      for (const seat of [bob, ann]) expect(await heard(seat, key)).toMatchObject(hello)
      const answer = { key: say(bob, 'Bob', 'Grüße 👋'), name: 'Bob', text: 'Grüße 👋' }
      for (const seat of [ann, bob]) expect(await heard(seat, answer.key)).toMatchObject(answer)
      for (const seat of [ann, bob]) seat.close()
    })

    it('keeps what was said in the database, and tells it to who comes later', async () => {
      const rows = await of().sql("SELECT name, text FROM chat_message WHERE room = 'lobby' ORDER BY id")
      expect(rows).toBe('Ann|Hello <b>Bob</b>\nBob|Grüße 👋\n')
      const late = await of().enter('lobby')
      expect([await next(late), await next(late)].map(({ name }) => name)).toEqual(['Ann', 'Bob'])
      late.close()
    })

    it('keeps apart what is said in another room', async () => {
      const [here, there] = [await of().enter('here'), await of().enter('there')]
      await heard(there, say(there, 'Eve', 'Is anybody here?'))
      say(here, 'Ann', 'Only we are.')
      expect(await next(here)).toMatchObject({ name: 'Ann' })
      for (const seat of [here, there]) seat.close()
    })

    it('opens no WebSocket for a page of another site', async () => {
      await expect(of().enter('lobby', '', 'https://www.example.org')).rejects.toThrow('status 403')
    })
  })
}

/** Says something as the page does, and returns the key by which the message is known. */
function say(seat: Seat, name: string, text: string): string {
  const key = randomUUID().replaceAll('-', '')
  seat.send(JSON.stringify({ key, name, text }))
  return key
}

const next = async (seat: Seat) => JSON.parse(await seat.next())

/** The message with this key. Others are passed over: what is said while somebody enters comes to them twice. */
async function heard(seat: Seat, key: string) {
  for (;;) {
    const message = await next(seat)
    if (message.key === key) return message
  }
}
