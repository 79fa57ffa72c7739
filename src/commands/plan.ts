import { planText } from '../view/plan.ts'
import { announce, connect, refuseUnknownRegion } from './connect.ts'
import type { Flags, Offer } from './flags.ts'
import { answersNow, prepare, problemBeforehand, tellCautions, titlesOf } from './prepare.ts'
import { done, perform, type Session } from './session.ts'
import { targetToBuild } from './target.ts'

/** `stackwright plan`: what `up` would do. Writes nothing at all, and needs no lock. */
export function plan(flags: Flags, offer: Offer): Promise<number> {
  return perform(flags, offer, work)
}

async function work(session: Session): Promise<number> {
  const target = await targetToBuild(session)
  const problem = await problemBeforehand(session, target)
  if (problem) throw problem
  const link = await connect(session, target, { quiet: true })
  announce(session, target, link.connected, target.blueprint.id)
  await refuseUnknownRegion(target, link)
  const resolved = await answersNow(session, target, link)
  const { lines } = await prepare(target, link, resolved)
  const titles = titlesOf(target.drawing.steps)
  if (session.view.kind === 'json') session.view.emit({ is: 'plan', verb: 'up', changes: lines })
  else session.view.say(planText(lines, { verb: 'up', width: process.stdout.columns || 120, titles }))
  tellCautions(session, resolved)
  return done(session, {})
}
