import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openAuthority } from '../../../src/emulator/http/authority.ts'
import { folder } from '../support.ts'

// Needs: openssl

const names = ['shop.example.com', '*.shop.example.com', '127.0.0.1']

describe('the sandbox’s certificate authority', () => {
  it('issues what a strict client accepts, for the names and no others', async () => {
    const authority = openAuthority()
    const leaf = authority.issue(names)
    const server = createServer({ cert: leaf.certificate, key: leaf.key }, (_, response) => response.end('secret'))
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
    const { port } = server.address() as AddressInfo
    const ask = (servername: string, ca: string) =>
      new Promise<string>((resolve, reject) => {
        const asked = request({ host: '127.0.0.1', port, servername, ca, agent: false }, response => {
          response.setEncoding('utf8').on('data', resolve)
        })
        asked.on('error', error => reject((error as NodeJS.ErrnoException).code))
        asked.end()
      })
    expect(await ask('shop.example.com', authority.certificate)).toBe('secret')
    expect(await ask('api.shop.example.com', authority.certificate)).toBe('secret')
    await expect(ask('bank.example.com', authority.certificate)).rejects.toBe('ERR_TLS_CERT_ALTNAME_INVALID')
    await expect(ask('shop.example.com', openAuthority().certificate)).rejects.toMatch(
      /UNABLE_TO_VERIFY|SELF_SIGNED|UNABLE_TO_GET/,
    )
    server.close()
  })

  it('writes certificates that OpenSSL finds in order', () => {
    const authority = openAuthority()
    const dir = folder()
    writeFileSync(join(dir, 'ca.pem'), authority.certificate)
    writeFileSync(join(dir, 'leaf.pem'), authority.issue(names).certificate)
    const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, encoding: 'utf8' })
    expect(openssl('verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', 'ca.pem', 'leaf.pem')).toContain('OK')
    expect(openssl('x509', '-in', 'leaf.pem', '-noout', '-text')).toContain(
      'DNS:*.shop.example.com, IP Address:127.0.0.1',
    )
    expect(new X509Certificate(authority.certificate).ca).toBe(true)
  })

  it('is the same one after a restart, and its key is nobody else’s', () => {
    const data = folder()
    const first = openAuthority(data)
    expect(openAuthority(data).certificate).toBe(first.certificate)
    expect(statSync(join(data, 'authority.json')).mode & 0o777).toBe(0o600)
    expect(readFileSync(join(data, 'authority.json'), 'utf8')).toContain('PRIVATE KEY')
  })
})
