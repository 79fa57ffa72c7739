import { gunzipSync } from 'node:zlib'

/**
 * A text and everything packed into it that can be unpacked: Base64 inside of it, whatever that holds gzipped, and
 * what is percent-encoded. For telling whether a secret stands anywhere in it.
 */
export function laidOpen(text: string, depth = 4): string {
  if (depth === 0) return text
  const inner: string[] = []
  if (/%[0-9A-F]{2}/i.test(text)) inner.push(laidOpen(decodedForm(text), depth - 1))
  for (const [run] of text.matchAll(/[A-Za-z0-9+/]{24,}={0,2}/g)) {
    const bytes = Buffer.from(run, 'base64')
    inner.push(laidOpen(unzipped(bytes).toString('latin1'), depth - 1))
  }
  return [text, ...inner].join('\n')
}

function decodedForm(text: string): string {
  return text.replace(/\+/g, ' ').replace(/(%[0-9A-F]{2})+/gi, run => {
    try {
      return decodeURIComponent(run)
    } catch {
      return run
    }
  })
}

function unzipped(bytes: Buffer): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes)
  } catch {
    // Cut off by what matched: what is there is looked at as it is.
    return bytes
  }
}
