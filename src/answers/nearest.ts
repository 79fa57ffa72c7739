import { closest, distance } from 'fastest-levenshtein'

/** The known word that was probably meant, or undefined when none is similar. */
export function nearest(word: string, known: string[]): string | undefined {
  if (known.length === 0) return undefined
  const plain = simple(word)
  const byPlain = new Map(known.map(item => [simple(item), item]))
  const best = closest(plain, [...byPlain.keys()])
  const near = distance(plain, best) <= Math.max(2, Math.floor(plain.length * 0.4))
  const tail = known.filter(item => simple(item.split('.').at(-1) ?? item) === plain)
  return near ? byPlain.get(best) : tail.length === 1 ? tail[0] : undefined
}

/** ` Did you mean x?` with its leading space, or an empty string. */
export function didYouMean(word: string, known: string[]): string {
  const meant = nearest(word, known)
  return meant === undefined ? '' : ` Did you mean ${meant}?`
}

function simple(word: string): string {
  return word.toLowerCase().replace(/[_-]/g, '')
}
