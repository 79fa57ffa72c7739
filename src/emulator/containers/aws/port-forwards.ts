import { type AddressInfo, connect, createServer, type Server } from 'node:net'

/** A load balancer's listener, as this computer reaches it. */
export interface PortForward {
  /** `dns-name:port`. */
  name: string
  /** Where the proxy listens; nothing: it does not run. */
  to: { host: string; port: number; from: string } | undefined
}

/** Local TCP ports that lead to the load balancers. */
export interface PortForwards {
  set(specs: PortForward[]): Promise<void>
  /** The local port; nothing without such a listener. */
  port(name: string): number | undefined
  close(): Promise<void>
}

/** Where local ports are remembered. */
export interface PortForwardDeps {
  /** Local ports by `dns-name:port`, kept over a restart. */
  ports: Map<string, number>
  keepPort(name: string, port: number): void
}

/** Local ports that lead to the load balancers' own: the bytes go through as they are, TLS too. */
export function createPortForwards(deps: PortForwardDeps): PortForwards {
  const forwards = new Map<string, { server: Server; to: PortForward['to'] }>()
  let turn: Promise<unknown> = Promise.resolve()

  async function apply(specs: PortForward[]): Promise<void> {
    for (const [name, forward] of forwards) {
      if (specs.some(spec => spec.name === name)) continue
      forwards.delete(name)
      forward.server.close()
    }
    for (const { name, to } of specs) {
      const forward = forwards.get(name)
      if (forward) forward.to = to
      else await open(name, to)
    }
  }

  async function open(name: string, to: PortForward['to']): Promise<void> {
    const forward: { server: Server; to: PortForward['to'] } = { server: createServer(), to }
    forward.server.on('connection', client => {
      client.on('error', () => client.destroy())
      if (!forward.to) return void client.destroy()
      const { host, port, from } = forward.to
      const backend = connect({ host, port, localAddress: from })
      backend.on('error', () => client.destroy())
      client.on('close', () => backend.destroy())
      backend.on('close', () => client.destroy())
      client.pipe(backend).pipe(client)
    })
    const kept = deps.ports.get(name) ?? 0
    await listenLocal(forward.server, kept).catch(() => listenLocal(forward.server, 0))
    const { port } = forward.server.address() as AddressInfo
    if (port !== kept) deps.keepPort(name, port)
    forwards.set(name, forward)
  }

  return {
    set(specs) {
      const done = turn.then(() => apply(specs))
      turn = done.catch(() => undefined)
      return done
    },
    port: name => (forwards.get(name)?.server.address() as AddressInfo | null | undefined)?.port,
    async close() {
      await turn
      for (const { server } of forwards.values()) server.close()
      forwards.clear()
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
