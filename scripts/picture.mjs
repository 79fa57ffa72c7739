// Draws docs/terminal.svg from a real run in a real terminal (tmux), in the embedded cloud. After a change of what the
// terminal shows: node scripts/build.mjs && node scripts/picture.mjs
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const bin = join(root, 'bin/stackwright.js')
const command = ['up', '--sandbox', '--yes']
const columns = 92
const cell = { width: 8.4, height: 19, margin: 18 }
/** By SGR number; readable on the card's dark ground, which is the same in light and dark pages. */
const colours = { 31: '#ff7b72', 32: '#7ee787', 33: '#e3b341', 34: '#79c0ff', 35: '#d2a8ff', 36: '#56d4dd' }

const folder = mkdtempSync(join(tmpdir(), 'picture-'))
try {
  const lines = withoutPlan(await captured(folder))
  writeFileSync(join(root, 'docs/terminal.svg'), svg([`$ stackwright ${command.join(' ')}`, ...lines]))
} finally {
  execFileSync(process.execPath, [bin, 'sandbox', 'stop'], { cwd: folder, stdio: 'ignore' })
  rmSync(folder, { recursive: true, force: true })
}

/** The lines of the run, with their colours. */
async function captured(cwd) {
  const tmux = (...args) => execFileSync('tmux', ['-L', 'stackwright-picture', ...args], { encoding: 'utf8' })
  const run = [process.execPath, bin, ...command].map(word => `'${word}'`).join(' ')
  const quiet = 'env -u CI -u NO_COLOR HOME=/nonexistent LANG=C.UTF-8'
  tmux('-f', '/dev/null', '-u', 'new-session', '-d', '-x', `${columns}`, '-y', '40', '-c', cwd, 'sleep 90')
  try {
    tmux('set-option', '-g', 'history-limit', '5000')
    tmux('set-option', '-g', 'remain-on-exit', 'on')
    tmux('respawn-pane', '-k', '-c', cwd, `${quiet} ${run}; sleep 5`)
    for (let tries = 0; !/^teardown /m.test(tmux('capture-pane', '-p')); tries += 1) {
      if (tries > 300) throw new Error(`the run does not end:\n${tmux('capture-pane', '-p')}`)
      await sleep(200)
    }
    return tmux('capture-pane', '-p', '-e', '-S', '-').trimEnd().split('\n')
  } finally {
    tmux('kill-server')
  }
}

/** The plan is longer than a picture should be: a dotted line stands in its place. */
function withoutPlan(lines) {
  const plain = lines.map(line => line.replace(/\x1b\[[\d;]*m/g, ''))
  const from = plain.findIndex(line => line.startsWith('1. '))
  const to = plain.findIndex(line => line.startsWith('Plan: '))
  return [...lines.slice(0, from), '   ⋮', ...lines.slice(to)]
}

function svg(lines) {
  const width = Math.round(columns * cell.width + 2 * cell.margin)
  const height = lines.length * cell.height + 2 * cell.margin
  const texts = lines.map((line, index) => text(line, cell.margin + (index + 0.75) * cell.height)).filter(Boolean)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="A run of stackwright in a terminal">
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="10" fill="#0d1117" stroke="#6e7681"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="#e6edf3" xml:space="preserve">
${texts.join('\n')}
</g>
</svg>
`
}

/** A line, one piece for each way it is written; every piece has its place, so that no font can shift the columns. */
function text(line, y) {
  let style = {}
  let column = 0
  const pieces = line.split(/(\x1b\[[\d;]*m)/).map(part => {
    const codes = /^\x1b\[([\d;]*)m$/.exec(part)?.[1]
    if (codes !== undefined) {
      style = codes.split(';').reduce(styled, style)
      return ''
    }
    // Wide gaps are places too, not spaces.
    return part.replace(/\S+(?: \S+)*| {1,}/g, words => {
      const at = column
      column += [...words].length
      return words.trim() === '' ? '' : tspan(words, at, style)
    })
  })
  const shown = pieces.join('')
  return shown && `<text y="${y.toFixed(1)}">${shown}</text>`
}

function tspan(words, column, { bold, dim, colour }) {
  const x = (cell.margin + column * cell.width).toFixed(1)
  const length = ([...words].length * cell.width).toFixed(1)
  const look = `${colour ? ` fill="${colour}"` : ''}${bold ? ' font-weight="bold"' : ''}${dim ? ' opacity="0.65"' : ''}`
  const safe = words.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
  return `<tspan x="${x}" textLength="${length}" lengthAdjust="spacingAndGlyphs"${look}>${safe}</tspan>`
}

function styled(style, code) {
  const number = Number(code)
  if (number === 0) return {}
  if (number === 1) return { ...style, bold: true }
  if (number === 2) return { ...style, dim: true }
  if (number === 22) return { ...style, bold: false, dim: false }
  if (number === 39) return { ...style, colour: undefined }
  return colours[number] ? { ...style, colour: colours[number] } : style
}
