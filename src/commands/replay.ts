import { join, relative } from 'node:path'
import { type ReplayChapter, type ReplayOf, replayCommand, replayFile } from '../answers/replay.ts'
import type { Resolved } from '../answers.ts'
import { replaceFile } from '../disk.ts'
import { chaptersOf } from './prepare.ts'
import type { Session } from './session.ts'
import type { BuildTarget } from './target.ts'

/** Beside the state: the answers as a file to build from again. Without secrets. */
export const ANSWERS_FILE = 'answers.yaml'

/** What repeats this run without questions, for people to keep. */
export function replayOf(session: Session, target: BuildTarget, { answers }: Resolved): string {
  const command = replayCommand(describe(session, target), chapters(target), answers)
  const file = join(relative(process.cwd(), target.folder) || '.', ANSWERS_FILE)
  return `The same without questions, also as --answers ${file}:\n\n${command}`
}

/** Writes the answers beside the state, to build from again; on the disk when it resolves. */
export async function saveAnswersFile(session: Session, target: BuildTarget, { answers }: Resolved): Promise<void> {
  await replaceFile(join(target.folder, ANSWERS_FILE), replayFile(describe(session, target), chapters(target), answers))
}

function describe({ stateFolder }: Session, { stack, blueprint, provider, region, sandbox }: BuildTarget): ReplayOf {
  const state = relative(process.cwd(), stateFolder)
  return {
    verb: 'up',
    stack,
    blueprint: blueprint.id,
    cloud: provider.id,
    region,
    ...(sandbox && { sandbox }),
    ...(state !== '.stackwright' && { state: state || '.' }),
  }
}

function chapters(target: BuildTarget): ReplayChapter[] {
  return chaptersOf(target.blueprint, target.provider) as ReplayChapter[]
}
