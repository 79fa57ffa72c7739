import { join } from 'node:path'
import { run } from './support.ts'

// Needs: openssl

/** Files, readable for everybody. */
export interface Certificate {
  ca: string
  cert: string
  key: string
}

/** A certificate and the authority that signed it. */
export async function makeCertificate(folder: string, name = 'IP:127.0.0.1'): Promise<Certificate> {
  const [ca, key, cert] = ['ca.pem', 'key.pem', 'cert.pem'].map(name => join(folder, name)) as [string, string, string]
  const script = `set -e; umask 022; cd ${folder}
    openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=authority -addext basicConstraints=critical,CA:true
    openssl req -newkey rsa:2048 -nodes -keyout key.pem -out request.pem -subj /CN=database
    printf 'subjectAltName=${name}' >names
    openssl x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out cert.pem
    chmod 755 . && chmod 644 *.pem`
  const made = await run('bash', ['-c', script])
  if (made.code !== 0) throw new Error(made.err)
  return { ca, key, cert }
}
