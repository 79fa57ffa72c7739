import { firstOf, numberProblem, proseProblem, show } from '../../../answers/checks.ts'
import type { Question, Values } from '../../../answers/question.ts'
import type { Json } from '../../../base/json.ts'
import type { AwsLookups } from '../lookups.ts'
import { number, tags, text } from './names.ts'
import { zoneOf } from './subnets.ts'

/** Questions about machines that several parts ask in the same words, each under its own key. */

/** Outdated families: EC2 still offers some of them, for more money than their successors. */
const OLD = /^(t1|m1|m2|m3|c1|c3|cc2|cr1|cg1|g2|hi1|hs1|i2|r3|t2)\./

export interface TypeQuestion {
  key: string
  label: string
  help: string
  /** The first of these that the zones offer is the default. */
  prefer: string[]
  /** The tier of subnets the machines are in. */
  tier: string
  when?: (values: Values) => boolean
}

/** Asks for an instance type that is available in both zones of the tier. */
export function typeQuestion({ key, label, help, prefer, tier, when }: TypeQuestion): Question<AwsLookups> {
  const zones = (values: Values) => [...new Set([1, 2].map(n => zoneOf(values, tier, n)))].filter(Boolean)
  return {
    key,
    label,
    help,
    type: 'choice',
    open: true,
    choices: ({ lookups, values }) => lookups.typeChoices(zones(values)),
    default: ({ lookups, values }) => lookups.defaultType(zones(values), prefer),
    check: typeProblem,
    ...(when && { when }),
  }
}

/** `imageKey` is answered for the processor of the type under `typeKey`. */
export function imageQuestion(
  key: string,
  typeKey: string,
  whose: string,
  when?: (values: Values) => boolean,
): Question<AwsLookups> {
  return {
    key,
    label: `AMI (${whose})`,
    help: 'The operating system. The newest Amazon Linux 2023 for the processor of the instance type; kept from then on, so that a later run does not replace the machines. Amazon Linux 2 has had no updates since June 2026.',
    type: 'choice',
    open: true,
    choices: ({ lookups, values }) => lookups.imageChoices(text(values, typeKey)),
    default: ({ lookups, values }) => lookups.defaultImage(text(values, typeKey)),
    check: imageProblem,
    advanced: true,
    ...(when && { when }),
  }
}

/** Asks for the size of the root volume, GiB. */
export function diskQuestion(key: string, whose: string): Question<AwsLookups> {
  return {
    key,
    label: `Root volume (GiB, ${whose})`,
    help: 'Space for the system and the application. The database has its own.',
    type: 'number',
    default: () => 16,
    min: 8,
    max: 16_384,
    check: value => numberProblem(value, 8, 16_384),
    advanced: true,
  }
}

/** Asks for tags of the person's own; `reserved` names cannot be taken. */
export function tagsQuestion(key: string, reserved: string[] = []): Question<AwsLookups> {
  return {
    key,
    label: 'Tags',
    help: 'Names and values of your own, for example team=web,stage=demo. Stackwright adds its own beside them.',
    type: 'tags',
    default: () => ({}),
    check: value => tagsProblem(value, reserved),
    advanced: true,
  }
}

/** How many an Auto Scaling group has at the start, at least (`fewest` is the least of that), and at most. */
export function countQuestions(tier: string, whose: string, fewest = 0): Question<AwsLookups>[] {
  const [count, min, max] = [`${tier}.count`, `${tier}.min`, `${tier}.max`]
  return [
    {
      key: count,
      label: `Number of ${whose}`,
      help: 'How many the Auto Scaling group keeps running. They are spread over the two zones.',
      type: 'number',
      default: () => 2,
      min: 1,
      max: 100,
      check: value => numberProblem(value, 1, 100),
    },
    {
      key: min,
      label: `Fewest ${whose}`,
      help: 'The group never has fewer, even when there is nothing to do.',
      type: 'number',
      default: ({ values }) => Math.min(2, number(values, count, 2)),
      min: fewest,
      max: 100,
      check: (value, values) =>
        numberProblem(value, fewest, 100) ??
        (Number(value) > number(values, count, 2)
          ? `${value} is more than the group starts with (${count} is ${number(values, count, 2)}).`
          : undefined),
      advanced: true,
    },
    {
      key: max,
      label: `Most ${whose}`,
      help: 'The group never has more, whatever the load.',
      type: 'number',
      default: ({ values }) => Math.max(4, number(values, count, 2)),
      min: 1,
      max: 200,
      check: (value, values) =>
        numberProblem(value, 1, 200) ??
        (Number(value) < number(values, count, 2)
          ? `${value} is less than the group starts with (${count} is ${number(values, count, 2)}).`
          : undefined),
      advanced: true,
    },
  ]
}

/** The CPU load that an Auto Scaling group is to follow, percent; 0 for none. */
export function cpuQuestion(tier: string, whose: string): Question<AwsLookups> {
  return {
    key: `${tier}.targetCpu`,
    label: `Aim for this CPU load (percent, ${whose})`,
    help: 'The group grows above it and shrinks below it, within its bounds. 0, as in the tutorial: the number stays as it is.',
    type: 'number',
    default: () => 0,
    min: 0,
    max: 100,
    check: value => numberProblem(value, 0, 100),
    advanced: true,
  }
}

/** Shaped like an instance type, of a family that is still current. A sentence when wrong. */
export function typeProblem(value: Json): string | undefined {
  if (typeof value !== 'string' || !/^[a-z][a-z0-9-]{0,20}\.[a-z0-9-]{1,16}$/.test(value)) {
    return `${show(value)} is not an instance type. Types look like t4g.small.`
  }
  if (OLD.test(value)) {
    return `${value} belongs to an old family; newer ones have more power for less money. Choose t4g or t3, for example t4g.${value.split('.')[1]}.`
  }
  return undefined
}

/** `ami-` with 8 or 17 hexadecimal digits. A sentence when wrong. */
export function imageProblem(value: Json): string | undefined {
  return typeof value === 'string' && /^ami-([0-9a-f]{8}|[0-9a-f]{17})$/.test(value)
    ? undefined
    : `${show(value)} is not an image id. Ids look like ami-0123456789abcdef0.`
}

/** EC2: keys to 128 characters, values to 256, 50 a resource of which six are ours; `aws:` is kept. */
export function tagsProblem(value: Json, reserved: string[] = []): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return 'Tags are names with values: team=web,stage=demo.'
  const entries = Object.entries(tags({ value }, 'value'))
  if (entries.length > 40) return `At most 40 tags; these are ${entries.length}.`
  return firstOf(entries, ([key, item]) => {
    if (key === '' || key.length > 128) return `The tag name ${show(key)} must have 1 to 128 characters.`
    if (/^(aws:|stackwright:)/i.test(key)) return `The tag name ${show(key)} must not start with aws: or stackwright:.`
    if (['Name', ...reserved].includes(key)) return `The tag ${show(key)} is the stack’s own. Choose another name.`
    const wrong = proseProblem(key, 128) ?? proseProblem(item, 256)
    return wrong && `The tag ${show(key)}: ${wrong[0]!.toLowerCase()}${wrong.slice(1)}`
  })
}
