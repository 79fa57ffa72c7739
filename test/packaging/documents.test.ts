import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { root } from './parts.ts'

const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter(file => file && existsSync(join(root, file)))
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const documents = files.filter(file => /^([A-Z]+|docs\/.*)\.md$/.test(file))

/** The anchor of a heading, as sites that show repositories make it. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')

const anchors = (text: string) => [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading!))

it('every link within the documents leads to a file, and to a heading where it names one', () => {
  const broken: string[] = []
  for (const document of documents) {
    for (const [, target] of read(document).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
      const [path, anchor] = target!.split('#')
      const file = path ? join(dirname(document), path) : document
      if (!existsSync(join(root, file))) broken.push(`${document}: ${target}`)
      else if (anchor && !anchors(read(file)).includes(anchor)) broken.push(`${document}: ${target}`)
    }
  }
  expect(broken).toEqual([])
})

it('every fact that a comment cites has its heading in docs/facts, and no comment cites a text that is not here', () => {
  const broken: string[] = []
  for (const file of files.filter(
    file => /^(src|test|scripts|bench|templates)\//.test(file) && !file.endsWith('.json'),
  )) {
    if (file === 'test/packaging/documents.test.ts') continue
    const text = read(file)
    for (const [, cloud, after, within] of text.matchAll(/docs\/facts\/(\w+)\.md(?:, ([\w ]+)| \(([\w ]+)\))?/g)) {
      const page = join('docs/facts', `${cloud}.md`)
      const heading = after ?? within
      if (!existsSync(join(root, page))) broken.push(`${file}: ${page}`)
      else if (heading && !anchors(read(page)).includes(anchorOf(heading))) broken.push(`${file}: ${page} (${heading})`)
    }
    for (const [citation] of text.matchAll(/\b(facts|design) §\S*/gi)) broken.push(`${file}: ${citation}`)
  }
  expect(broken).toEqual([])
})

it('the files that documents name in the sources are there', () => {
  const named = /`((?:src|test|scripts|templates|bench|schema|bin)\/[\w./-]+\.\w+)`/g
  const gone = documents
    .filter(file => !file.startsWith('docs/decisions/'))
    .flatMap(file => [...read(file).matchAll(named)].map(([, path]) => [file, path!] as const))
    .filter(([, path]) => !/x\.test\.ts$/.test(path) && !existsSync(join(root, path)))
  expect(gone).toEqual([])
})
