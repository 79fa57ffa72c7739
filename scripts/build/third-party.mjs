import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The licence and NOTICE texts of the bundled packages (see bundled.mjs), as one file: `dist/THIRD-PARTY.txt`. */
export async function thirdParty(root, packages) {
  const texts = await Promise.all(packages.map(({ folder, manifest }) => textsOf(join(root, folder), manifest)))
  return `This program contains the following packages.\n\n${texts.join(`\n${'-'.repeat(80)}\n\n`)}`
}

async function textsOf(folder, { name, version, license }) {
  const files = (await readdir(folder)).sort()
  const read = file => readFile(join(folder, file), 'utf8')
  const licence = files.find(file => /^(licen[cs]e|copying)/i.test(file))
  const text = licence ? await read(licence) : `Licence: ${license} (the package brings no text)`
  const notices = await Promise.all(files.filter(file => /^notice/i.test(file)).map(read))
  const parts = [`${name} ${version} (${license})`, text.trim(), ...notices.map(notice => `NOTICE\n\n${notice.trim()}`)]
  return `${parts.join('\n\n')}\n`
}
