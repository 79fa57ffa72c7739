import type { Resolved } from '../answers.ts'
import type { Question } from '../question.ts'
import { draftIn, interview } from '../wizard/index.ts'
import { io } from './confirm.ts'
import type { Link } from './connect.ts'
import { chaptersOf, sourcesOf } from './prepare.ts'
import type { Session } from './session.ts'
import type { BuildTarget } from './target.ts'

/** Asks chapter by chapter what no other source has said; what was typed survives a stop. */
export async function interviewed(session: Session, target: BuildTarget, link: Link): Promise<Resolved> {
  session.view.pause()
  await link.vault.writeFromNowOn()
  const resolved = await interview({
    chapters: chaptersOf(target.blueprint, target.provider) as { title: string; asks: Question<unknown>[] }[],
    sources: sourcesOf(session, target),
    asking: { stack: target.stack, live: link.connected.live },
    defaults: target.blueprint.defaults,
    secrets: link.vault.secrets,
    draft: draftIn(target.folder),
    io,
    again: `stackwright up --stack ${target.stack} --region ${target.region}${target.sandbox ? ' --sandbox' : ''}`,
  })
  for (const text of resolved.warnings) session.view.emit({ is: 'warning', text })
  return resolved
}

/** Once the answers are in the state, the unfinished interview is of no use. */
export async function forgetInterview(target: BuildTarget): Promise<void> {
  await draftIn(target.folder).clear()
}
