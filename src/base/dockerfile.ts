/**
 * The images that a Dockerfile takes from outside, as they are written there, each once: those of FROM, COPY --from and
 * RUN --mount=from, without `scratch` and without its own stages. A variable has its default; one without any stays as it
 * is written.
 */
export function imagesOf(dockerfile: string): string[] {
  const variables = new Map<string, string>()
  const stages = new Set<string>()
  const images = new Set<string>()
  for (const line of instructions(dockerfile)) {
    const [, instruction = '', rest = ''] = /^(\w+)\s+(.*)$/s.exec(line) ?? []
    const word = instruction.toUpperCase()
    // What is declared after the first FROM belongs to its stage, and no other FROM sees it.
    if (word === 'ARG' && stages.size === 0) declare(rest, variables)
    for (const image of word === 'FROM' ? [fromOf(rest)] : sourcesOf(word, rest)) {
      const name = filled(image, variables)
      if (name !== 'scratch' && !stages.has(name.toLowerCase())) images.add(name)
    }
    if (word === 'FROM') {
      // A stage can be named by its number too.
      stages.add(String(stages.size))
      const own = /\sas\s+(\S+)\s*$/i.exec(rest)?.[1]
      if (own) stages.add(own.toLowerCase())
    }
  }
  return [...images]
}

/** One text an instruction: continued lines joined, without comments and without here-documents. */
function instructions(dockerfile: string): string[] {
  const mark = /^(#.*\n)*#\s*escape\s*=\s*`/i.test(dockerfile) ? '`' : '\\'
  const found: string[] = []
  let open = ''
  let documents: string[] = []
  for (const line of dockerfile.split(/\r?\n/)) {
    const text = line.trim()
    if (documents.length > 0) {
      if (text === documents[0]) documents = documents.slice(1)
    } else if (!text.startsWith('#') && text.endsWith(mark)) {
      open += `${text.slice(0, -1)} `
    } else if (text !== '' && !text.startsWith('#')) {
      found.push(open + text)
      documents = documentsOf(open + text)
      open = ''
    }
  }
  return open ? [...found, open.trim()] : found
}

/** The words at which the here-documents of an instruction end. */
function documentsOf(instruction: string): string[] {
  if (!/^(RUN|COPY|ADD)\s/i.test(instruction)) return []
  return [...instruction.matchAll(/<<-?\s*(["']?)([A-Za-z_]\w*)\1/g)].map(([, , end = '']) => end)
}

function declare(text: string, variables: Map<string, string>): void {
  for (const [, name = '', value] of text.matchAll(/(\w+)(?:=("[^"]*"|'[^']*'|\S*))?/g)) {
    if (value !== undefined) variables.set(name, filled(unquoted(value), variables))
  }
}

function fromOf(rest: string): string {
  return unquoted(rest.replace(/^(--\S+\s+)*/, '').split(/\s+/)[0] ?? '')
}

function sourcesOf(word: string, rest: string): string[] {
  const flags = /^(--\S+\s+)*/.exec(rest)?.[0] ?? ''
  if (word === 'COPY' || word === 'ADD') return [...flags.matchAll(/--from=(\S+)/g)].map(([, from = '']) => from)
  if (word === 'RUN') return [...flags.matchAll(/--mount=\S*?\bfrom=([^,\s]+)/g)].map(([, from = '']) => from)
  return []
}

/** `$NAME`, `${NAME}`, `${NAME:-word}` and `${NAME:+word}`. */
function filled(text: string, variables: Map<string, string>): string {
  return text.replace(/\$(?:(\w+)|\{(\w+)(?::([-+])([^}]*))?\})/g, (written, plain, name, sign, word) => {
    const value = variables.get(plain ?? name)
    if (sign === '-') return value || word
    if (sign === '+') return value ? word : ''
    return value ?? written
  })
}

function unquoted(text: string): string {
  return text.replace(/^(["'])(.*)\1$/, '$2')
}
