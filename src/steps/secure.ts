import { type RequestOptions, request } from 'node:https'
import { rootCertificates } from 'node:tls'

/** How an address is visited under a name that its DNS may not have yet. */
export interface Secure {
  /** What people type; the certificate must be for it. */
  name: string
  /** A certificate authority, PEM, that is trusted besides the usual ones: the embedded cloud's own. */
  authority?: string
}

/** The status of a page over HTTPS, asked at `base` for the host `name`. Rejects with the system's or TLS's error. */
export function visitSecurely(base: string, path: string, secure: Secure, withinMs: number): Promise<number> {
  const options = { ...securely(base, secure), path, signal: AbortSignal.timeout(withinMs) }
  return new Promise((resolve, reject) => {
    const asked = request(options, response => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
      response.on('error', reject)
    })
    asked.on('error', reject)
    asked.end()
  })
}

/** A request to `base` in the name of `secure`: which host, which certificate, who is trusted. */
export function securely(base: string, { name, authority }: Secure): RequestOptions {
  const { hostname, port } = new URL(base)
  return {
    hostname,
    port: port || 443,
    servername: name,
    headers: { host: name },
    agent: false,
    ...(authority && { ca: [...rootCertificates, authority] }),
  }
}
