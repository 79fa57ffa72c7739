import type { JsonObject } from '../../base/json.ts'

/** A parameter as we write it: wire names, nested as in the documentation. Undefined and null are left out. */
export type Param = string | number | boolean | null | undefined | Param[] | { [key: string]: Param }
/** The parameters of a call. */
export type Params = { [key: string]: Param }

/** An API's answer: plain JSON. */
export type Answer = JsonObject

/**
 * `{Tag: [{Key: 'a'}], SystemDisk: {Size: 40}}` → `{'Tag.1.Key': 'a', 'SystemDisk.Size': '40'}`, any depth, lists from 1.
 * pop-core's own flattener loses objects inside objects and sends `undefined` as a word.
 */
export function flatten(params: Params): Record<string, string> {
  const flat: Record<string, string> = {}
  for (const [key, value] of Object.entries(params)) put(flat, key, value)
  return flat
}

/** An answer as plain JSON: json-bigint returns objects without a prototype, and numbers over 15 digits as its own objects. */
export function plain(value: unknown): Answer {
  return JSON.parse(JSON.stringify(value)) as Answer
}

function put(flat: Record<string, string>, key: string, value: Param) {
  if (value === undefined || value === null) return
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      put(flat, `${key}.${index + 1}`, item)
    })
  } else if (typeof value === 'object') {
    for (const [name, item] of Object.entries(value)) put(flat, `${key}.${name}`, item)
  } else {
    flat[key] = String(value)
  }
}
