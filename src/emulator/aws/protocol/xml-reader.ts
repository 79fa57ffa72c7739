/** One element of a parsed document. Attributes keep their prefixes, elements lose theirs. */
export interface Element {
  name: string
  attributes: Record<string, string>
  children: Element[]
  text: string
}

const deepest = 64

/**
 * Reads the XML that clients send: elements, attributes, text, CDATA, comments. No document type is allowed, so there
 * are no entities of one's own. Throws an Error for anything that is not well formed.
 */
export function parseXml(source: string): Element {
  const root: Element = { name: '', attributes: {}, children: [], text: '' }
  const open = [root]
  const token =
    /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<\/([^\s>]+)\s*>|<([^\s/>!?]+)([^<>]*?)(\/?)>|([^<]+)/y
  const text = source.replace(/^\ufeff/, '')
  while (token.lastIndex < text.length) {
    const match = token.exec(text)
    if (!match) throw new Error('the document is not well formed')
    const [, data, closing, opening, attributes = '', selfClosing, plain] = match
    const at = open.at(-1)!
    if (data !== undefined) at.text += data
    else if (plain !== undefined) at.text += readEntities(plain)
    else if (closing !== undefined) close(open, closing)
    else if (opening !== undefined) {
      const child = { name: local(opening), attributes: attributesOf(attributes), children: [], text: '' }
      at.children.push(child)
      if (!selfClosing && open.push(child) > deepest) throw new Error('the document is too deep')
    }
  }
  if (open.length !== 1 || root.children.length !== 1 || root.text.trim() !== '')
    throw new Error('the document must be one element')
  return root.children[0]!
}

function close(open: Element[], name: string): void {
  if (open.length < 2 || open.at(-1)!.name !== local(name)) throw new Error('an element is not closed')
  open.pop()
}

function attributesOf(text: string): Record<string, string> {
  const found: [string, string][] = []
  const rest = text.replace(/\s*([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g, (_all, name, double, single) => {
    found.push([name, readEntities(double ?? single ?? '')])
    return ''
  })
  if (rest.trim() !== '') throw new Error('an attribute is not well formed')
  return Object.fromEntries(found)
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function readEntities(text: string): string {
  return text.replace(/&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(\w+));|&/g, (_all, hex, decimal, name) => {
    const code = hex ? Number.parseInt(hex, 16) : decimal ? Number(decimal) : undefined
    const char =
      code === undefined ? (Object.hasOwn(entities, name ?? '') ? entities[name] : undefined) : character(code)
    if (char === undefined) throw new Error('an entity is not known')
    return char
  })
}

function character(code: number): string | undefined {
  return code > 0 && code <= 0x10_ffff ? String.fromCodePoint(code) : undefined
}
