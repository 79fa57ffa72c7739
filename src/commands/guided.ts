import { parseSet, type Resolved } from '../answers/answers.ts'
import { quoted } from '../answers/replay.ts'
import { stepsOf } from '../blueprints/draw.ts'
import { draftIn, interview } from '../wizard/index.ts'
import { io } from './confirm.ts'
import type { Link } from './connect.ts'
import { questionsOf, sourcesOf } from './prepare.ts'
import type { Session } from './session.ts'
import { type BuildTarget, stateToSay } from './target.ts'

/** Asks step by step what no other source has given; what was typed survives a stop. Throws a Problem: exit 2, or 130 on a stop. */
export async function interviewed(session: Session, target: BuildTarget, link: Link): Promise<Resolved> {
  session.view.pause()
  await link.secrets.writeThrough()
  const resolved = await interview({
    steps: stepsOf(target.drawing),
    sources: sourcesOf(session, target),
    asking: { stack: target.stack, lookups: link.connected.lookups },
    secrets: link.secrets,
    draft: draftIn(target.folder),
    io,
    again: againFrom(session, target),
  })
  for (const text of resolved.warnings) session.view.emit({ is: 'warning', text })
  return resolved
}

/**
 * The command that comes back to this interview, for a POSIX shell. The draft keeps what was typed, not what flags gave.
 * A secret among them is left out: it is asked then, and need not stand in the message.
 */
function againFrom({ flags }: Session, target: BuildTarget): string {
  const secret = (key: string) =>
    questionsOf(target).some(question => question.key === key && question.type === 'secret')
  const set = [...parseSet(flags.set)].filter(([key]) => !secret(key))
  const state = stateToSay(target)
  return [
    `stackwright up --stack ${target.stack} --blueprint ${target.blueprint.id} --region ${target.region}`,
    ...(target.sandbox ? ['--sandbox'] : []),
    ...(state === undefined ? [] : [`--state ${quoted(state)}`]),
    ...(flags.answers === undefined ? [] : [`--answers ${quoted(flags.answers)}`]),
    ...set.map(([key, value]) => `--set ${quoted(`${key}=${value}`)}`),
  ].join(' ')
}

/** Once the answers are in the state, the unfinished interview is of no use. */
export async function forgetInterview(target: BuildTarget): Promise<void> {
  await draftIn(target.folder).clear()
}
