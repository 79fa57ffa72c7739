export { oneLine } from './problem.ts'

/** Milliseconds as people write them: `850 ms`, `12 s`, `3 min 05 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`
  const seconds = Math.round(ms / 1000)
  if (seconds < 10) return `${(ms / 1000).toFixed(1)} s`
  if (seconds < 60) return `${seconds} s`
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`
}

/** The columns that a text without colours takes in a terminal: East Asian wide characters and emoji two, combining marks none. */
export function columns(text: string): number {
  let width = 0
  for (const character of text) width += columnsOf(character)
  return width
}

/** A text cut to this many columns, ending in `…` where something is missing. */
export function clip(text: string, width: number): string {
  if (columns(text) <= width) return text
  let kept = ''
  let taken = 0
  for (const character of text) {
    taken += columnsOf(character)
    if (taken > width - 1) break
    kept += character
  }
  return width < 1 ? '' : `${kept}…`
}

/** A text filled with spaces to this many columns; longer text stays as it is. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columns(text)))
}

/** Lines of at most `width` columns, broken at spaces, each starting with `indent`. A word that is too long stays whole. */
export function wrap(text: string, width: number, indent = ''): string[] {
  const lines: string[] = []
  let line = indent
  for (const word of text.split(' ')) {
    const candidate = line === indent ? line + word : `${line} ${word}`
    if (line !== indent && columns(candidate) > width) {
      lines.push(line)
      line = indent + word
    } else line = candidate
  }
  lines.push(line)
  return lines
}

/** Pieces side by side with two spaces between them, as many per line as fit; a piece is wrapped only when it is alone. */
export function flow(pieces: string[], width: number, indent = ''): string[] {
  const lines: string[] = []
  let line = ''
  for (const piece of pieces) {
    const candidate = line === '' ? indent + piece : `${line}  ${piece}`
    if (line !== '' && columns(candidate) > width) {
      lines.push(line)
      line = indent + piece
    } else line = candidate
  }
  if (line !== '') lines.push(line)
  return lines.flatMap(each => (columns(each) > width ? wrap(each.trimStart(), width, indent) : [each]))
}

function columnsOf(character: string): number {
  if (/\p{Mark}|\u200b|\u200d|\ufe0f/u.test(character)) return 0
  const code = character.codePointAt(0)!
  const wide =
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd)
  return wide ? 2 : 1
}
