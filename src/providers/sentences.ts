/** Up to three of them, for a sentence that suggests. */
export function some(items: string[]): string {
  return items.length > 0 ? items.slice(0, 3).join(', ') : 'nothing'
}

/** All of them, each once: `a, b or c`. */
export function list(items: string[]): string {
  const distinct = [...new Set(items)]
  return distinct.length > 1 ? `${distinct.slice(0, -1).join(', ')} or ${distinct.at(-1)}` : (distinct[0] ?? 'nothing')
}
