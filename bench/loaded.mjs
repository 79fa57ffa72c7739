// `node --import bench/loaded.mjs …` with LOADED=FILE: writes down the files of the bundle that a run reads.
import { appendFileSync } from 'node:fs'
import Module, { register } from 'node:module'
import { isMainThread } from 'node:worker_threads'

if (isMainThread) {
  register(import.meta.url)
  // The command line itself is no ES module.
  const { _load: plain } = Module
  Module._load = function (request, parent, ...rest) {
    if (request.endsWith('cli.cjs')) note(Module._resolveFilename(request, parent))
    return plain.call(this, request, parent, ...rest)
  }
}

/** Called by Node on a thread of its own, for every ES module. */
export async function load(url, context, next) {
  if (url.startsWith('file:')) note(decodeURIComponent(new URL(url).pathname))
  return next(url, context)
}

function note(file) {
  if (/[\\/]dist[\\/]/.test(file) && !file.includes('node_modules')) appendFileSync(process.env.LOADED, `${file}\n`)
}
