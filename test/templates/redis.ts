import { readFileSync } from 'node:fs'
import { chmod, writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { makeCertificate } from './certificate.ts'
import { freePort, paperFolder, start } from './support.ts'

// Needs: redis

export interface RealRedis {
  port: number
  password: string
  /** The authority that signed its certificate, a file. */
  ca: string
  stop(): Promise<void>
}

/** A real Redis as ElastiCache runs it: with TLS, a password and nothing on disk. `tls`: false for one without TLS. */
export async function startRedis({ tls = true, password = 'geheim' } = {}): Promise<RealRedis> {
  const folder = await paperFolder()
  const { ca, key, cert } = await makeCertificate(folder.path)
  const port = await freePort()
  const lines = [
    ...['bind 127.0.0.1', `port ${tls ? 0 : port}`, `requirepass ${JSON.stringify(password)}`, 'save ""'],
    ...(tls ? [`tls-port ${port}`, `tls-cert-file ${cert}`, `tls-key-file ${key}`, 'tls-auth-clients no'] : []),
    `dir ${folder.path}`,
  ]
  const file = join(folder.path, 'redis.conf')
  await writeFile(file, lines.join('\n'))
  await chmod(file, 0o600)
  const server = await start('redis-server', [file], {}, () => listens(port, tls ? ca : undefined))
  return {
    ...{ port, password, ca },
    async stop() {
      await server.stop()
      await folder.remove()
    },
  }
}

function listens(port: number, ca: string | undefined): Promise<boolean> {
  return new Promise(resolve => {
    const done = (well: boolean) => () => {
      socket.destroy()
      resolve(well)
    }
    const place = { host: '127.0.0.1', port }
    const socket = ca ? connect({ ...place, ca: readFileSync(ca) }, done(true)) : createConnection(place, done(true))
    socket.on('error', done(false))
  })
}
