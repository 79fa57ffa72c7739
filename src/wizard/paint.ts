import { Chalk, type ChalkInstance, chalkStderr } from 'chalk'

/** Colours for what goes to the terminal's error side; none with NO_COLOR or on a dumb terminal. */
export const paint: ChalkInstance = new Chalk({
  level: process.env.NO_COLOR || process.env.TERM === 'dumb' ? 0 : chalkStderr.level,
})

/** Control characters made visible: what clouds and people write must not steer the terminal. */
export function tame(text: string): string {
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '�')
}

export function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, Math.max(1, width - 1))}…` : text
}

/** Breaks at spaces, each line indented. */
export function wrap(text: string, width: number, indent: string): string {
  const lines: string[] = []
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const last = lines.at(-1)
    if (last !== undefined && indent.length + last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.map(line => indent + line).join('\n')
}
