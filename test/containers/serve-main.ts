import { serveReal } from './serve.ts'

/** A server in a process of its own, to be killed. Arguments: the sandbox's id, the file of its data. */
const [sandbox = '', file = ''] = process.argv.slice(2)
const server = await serveReal({ sandbox, file, speed: 50 })
process.stdout.write(`${server.url}\n`)
