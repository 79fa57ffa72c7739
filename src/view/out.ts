/** The two output streams, written line by line: results go to `out`, progress to `err`. */
export interface Out {
  out(text: string): void
  err(text: string): void
  errIsTerminal: boolean
  /** The current width in columns of the terminal behind `err`, 80 where there is none; windows can be resized. */
  width(): number
  stream: NodeJS.WriteStream
}

/** The output streams of this process. */
export function openOut(): Out {
  return {
    out: text => void process.stdout.write(text + '\n'),
    err: text => void process.stderr.write(text + '\n'),
    errIsTerminal: process.stderr.isTTY === true,
    width: () => Math.max(20, process.stderr.columns || 80),
    stream: process.stderr,
  }
}
