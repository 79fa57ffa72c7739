import type { Question, Values } from '../../../../src/answers/question.ts'
import type { Json } from '../../../../src/base/json.ts'
import { asks as clb } from '../../../../src/providers/alicloud/chapters/clb-questions.ts'
import { asks as ecs } from '../../../../src/providers/alicloud/chapters/ecs-questions.ts'
import { network } from '../../../../src/providers/alicloud/chapters/network.ts'
import { asks as rds } from '../../../../src/providers/alicloud/chapters/rds-questions.ts'
import { vswitches } from '../../../../src/providers/alicloud/chapters/vswitches.ts'

export const questions = [...network.asks, ...vswitches.asks, ...ecs, ...rds, ...clb] as Question[]

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
