// What bundled packages get in place of Node's `url`: see without-deprecated-url.mjs.
export { fileURLToPath, pathToFileURL, URL, URLSearchParams } from 'node:url'

/** The fields of Node's old `url.parse` for an absolute address, from the standard parser. Throws what that throws. */
export function parse(text, query) {
  const at = new URL(text)
  return {
    href: at.href,
    protocol: at.protocol,
    slashes: true,
    auth: at.username ? `${decodeURIComponent(at.username)}:${decodeURIComponent(at.password)}` : null,
    host: at.host,
    hostname: at.hostname.replace(/^\[|\]$/g, ''),
    port: at.port || null,
    pathname: at.pathname,
    search: at.search || null,
    hash: at.hash || null,
    query: query ? Object.fromEntries(at.searchParams) : at.search.slice(1) || null,
    path: at.pathname + at.search,
  }
}

export function format(parts) {
  return typeof parts === 'string' ? parts : parts.href
}
