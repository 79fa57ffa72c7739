/** The few words of DER that a certificate is made of (X.690; tags by their numbers). */
export type Der = Buffer

export function sequence(...parts: Der[]): Der {
  return tagged(0x30, Buffer.concat(parts))
}

export function setOf(...parts: Der[]): Der {
  return tagged(0x31, Buffer.concat(parts))
}

/** A non-negative number, given as its bytes. */
export function integer(bytes: Buffer): Der {
  const first = bytes.findIndex(byte => byte !== 0)
  const short = first < 0 ? Buffer.from([0]) : bytes.subarray(first)
  // A leading one would make it negative.
  return tagged(0x02, short[0]! & 0x80 ? Buffer.concat([Buffer.from([0]), short]) : short)
}

/** `2.5.29.17`. */
export function objectId(text: string): Der {
  const [a = 0, b = 0, ...rest] = text.split('.').map(Number)
  const bytes = [40 * a + b, ...rest].flatMap(base128)
  return tagged(0x06, Buffer.from(bytes))
}

export function boolean(value: boolean): Der {
  return tagged(0x01, Buffer.from([value ? 0xff : 0]))
}

export function text(value: string): Der {
  return tagged(0x0c, Buffer.from(value, 'utf8'))
}

export function octets(bytes: Buffer): Der {
  return tagged(0x04, bytes)
}

/** Whole bytes but for `unused` bits at the end. */
export function bits(bytes: Buffer, unused = 0): Der {
  return tagged(0x03, Buffer.concat([Buffer.from([unused]), bytes]))
}

/** A time as RFC 5280 wants it: two digits of the year until 2049. */
export function time(date: Date): Der {
  const digits = `${date.toISOString().replace(/[-:T]|\.\d+/g, '')}`
  return date.getUTCFullYear() < 2050
    ? tagged(0x17, Buffer.from(digits.slice(2), 'latin1'))
    : tagged(0x18, Buffer.from(digits, 'latin1'))
}

export function tagged(tag: number, content: Buffer): Der {
  return Buffer.concat([Buffer.from([tag]), length(content.length), content])
}

function length(size: number): Buffer {
  if (size < 0x80) return Buffer.from([size])
  const bytes: number[] = []
  for (let rest = size; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return Buffer.from([0x80 | bytes.length, ...bytes])
}

function base128(value: number): number[] {
  const bytes = [value % 128]
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift(0x80 | (rest % 128))
  return bytes
}
