import type { Question, Values } from '../../../../src/answers/question.ts'
import type { Json } from '../../../../src/base/json.ts'
import { onAlicloud } from '../../../../src/blueprints/django/alicloud.ts'
import { stepsOf } from '../../../../src/blueprints/draw.ts'

/** The questions of the Django stack that the cloud's parts ask. */
export const questions: Question[] = stepsOf(onAlicloud)
  .filter(({ id }) => id !== 'application')
  .flatMap(({ asks }) => asks)

/** The tutorial's own answers. */
export const tutorial: Values = {
  'vpc.cidr': '172.16.0.0/12',
  'vswitch1.zone': 'ap-northeast-1a',
  'vswitch1.cidr': '172.16.1.0/24',
  'vswitch2.zone': 'ap-northeast-1b',
  'vswitch2.cidr': '172.16.2.0/24',
  'machine.count': 1,
  'machine.vswitch': '1',
  'machine.login': 'key',
  'database.engine': 'PostgreSQL',
  'database.privileged': true,
  'database.privilegedUser': 'root',
  'app.port': 8080,
}

/** What a question says to a value beside the tutorial's other answers. */
export function problem(key: string, value: Json, others: Values = {}): string | undefined {
  const question = questions.find(one => one.key === key)
  if (!question) throw new Error(`no question ${key}`)
  return question.check?.(value, { ...tutorial, ...others, [key]: value })
}

export type Row = [key: string, value: Json, others?: Values]
