#!/usr/bin/env node
// CommonJS on purpose (see package.json beside it): Node starts it without its module loader, so that --help is quick.
require('../dist/cli.cjs')
