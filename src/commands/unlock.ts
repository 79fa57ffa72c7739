import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Exit, Problem } from '../base/errors.ts'
import { breakLock, type Holder, holderOf, isDead } from '../base/lock.ts'
import { stackFolder } from '../engine/state.ts'
import type { Flags, Offer } from './flags.ts'
import { done, perform, type Session } from './session.ts'
import { nameOfOne } from './target.ts'

/** `stackwright unlock`: shows who holds a stack's lock, and removes it when that run has ended. Returns the exit code. */
export function unlock(flags: Flags, offer: Offer): Promise<number> {
  return perform(flags, offer, work)
}

async function work(session: Session): Promise<number> {
  const stack = await nameOfOne(session)
  const folder = stackFolder(session.stateFolder, stack)
  if (!(await stat(folder).catch(() => undefined))) {
    throw new Problem({
      what: `There is no stack "${stack}" in ${session.stateFolder}.`,
      next: 'Name another stack with --stack, or another folder with --state.',
      exit: Exit.usage,
    })
  }
  const holder = await holderOf(folder)
  if (!holder) {
    session.view.emit({ is: 'note', text: `The stack "${stack}" is not locked.` })
    return done(session, {})
  }
  session.view.emit({ is: 'note', text: `The lock of "${stack}" is held by ${describe(holder)}.` })
  if (!isDead(holder) && !session.flags.force) {
    throw new Problem({
      what: 'That run still seems to be alive, so the lock was not removed.',
      next: `Wait for it to finish. If you are sure that it has ended, run: stackwright unlock --stack ${stack} --force`,
      exit: Exit.locked,
    })
  }
  await breakLock(folder)
  session.view.emit({ is: 'note', text: 'The lock was removed.' })
  return done(session, { removed: join(folder, 'lock') })
}

function describe(holder: Holder): string {
  return `${holder.user}@${holder.host}, process ${holder.pid}, "${holder.command}", since ${holder.since || 'an unknown time'}`
}
