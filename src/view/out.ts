/** The two streams: results go to `out`, progress to `err`. */
export interface Out {
  out(text: string): void
  err(text: string): void
  errIsTerminal: boolean
  /** Columns of the terminal that `err` goes to, 80 where there is none. Read anew each time: windows are resized. */
  width(): number
  stream: NodeJS.WriteStream
}

/** This process's own output; widths in columns. */
export function openOut(): Out {
  return {
    out: text => void process.stdout.write(text + '\n'),
    err: text => void process.stderr.write(text + '\n'),
    errIsTerminal: process.stderr.isTTY === true,
    width: () => Math.max(20, process.stderr.columns || 80),
    stream: process.stderr,
  }
}
