import { type AddressInfo, connect, createServer, type Server } from 'node:net'

/** A load balancer's listener, as this computer reaches it. */
export interface DoorWish {
  /** `dns-name:port`. */
  name: string
  /** Where the proxy listens; nothing: it does not run. */
  to: { host: string; port: number; from: string } | undefined
}

export interface Doors {
  set(wishes: DoorWish[]): Promise<void>
  /** The local port; nothing without such a listener. */
  port(name: string): number | undefined
  close(): Promise<void>
}

export interface DoorGround {
  /** Local ports by `dns-name:port`, kept over a restart. */
  ports: Map<string, number>
  keepPort(name: string, port: number): void
}

/** Local ports that lead to the load balancers' own: the bytes go through as they are, TLS too. */
export function createDoors(ground: DoorGround): Doors {
  const doors = new Map<string, { server: Server; to: DoorWish['to'] }>()
  let turn: Promise<unknown> = Promise.resolve()

  async function apply(wishes: DoorWish[]): Promise<void> {
    for (const [name, door] of doors) {
      if (wishes.some(wish => wish.name === name)) continue
      doors.delete(name)
      door.server.close()
    }
    for (const { name, to } of wishes) {
      const door = doors.get(name)
      if (door) door.to = to
      else await open(name, to)
    }
  }

  async function open(name: string, to: DoorWish['to']): Promise<void> {
    const door: { server: Server; to: DoorWish['to'] } = { server: createServer(), to }
    door.server.on('connection', client => {
      client.on('error', () => client.destroy())
      if (!door.to) return void client.destroy()
      const { host, port, from } = door.to
      const backend = connect({ host, port, localAddress: from })
      backend.on('error', () => client.destroy())
      client.on('close', () => backend.destroy())
      backend.on('close', () => client.destroy())
      client.pipe(backend).pipe(client)
    })
    const kept = ground.ports.get(name) ?? 0
    await listenLocal(door.server, kept).catch(() => listenLocal(door.server, 0))
    const { port } = door.server.address() as AddressInfo
    if (port !== kept) ground.keepPort(name, port)
    doors.set(name, door)
  }

  return {
    set(wishes) {
      const done = turn.then(() => apply(wishes))
      turn = done.catch(() => undefined)
      return done
    },
    port: name => (doors.get(name)?.server.address() as AddressInfo | null | undefined)?.port,
    async close() {
      await turn
      for (const { server } of doors.values()) server.close()
      doors.clear()
    },
  }
}

function listenLocal(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
