#!/usr/bin/env node
// CommonJS on purpose (see package.json beside it): Node starts it without its module loader, so that --help is quick.
// For the same reason the text of --help is rendered by the build; narrow terminals get it wrapped anew.
const { readFileSync } = require('node:fs')
const { join } = require('node:path')

const [first, second] = process.argv.slice(2)
const help = second === undefined && (first === undefined || first === '--help' || first === '-h')
if (help && !(process.stdout.columns < 80)) {
  process.stdout.on('error', () => {})
  process.stdout.write(readFileSync(join(__dirname, '../dist/help.txt')))
} else require('../dist/cli.cjs')
