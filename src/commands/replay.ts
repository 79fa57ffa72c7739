import { join, relative } from 'node:path'
import type { Resolved } from '../answers/answers.ts'
import { type ReplayChapter, type ReplayOf, replayCommand, replayFile } from '../answers/replay.ts'
import { replaceFile } from '../base/disk.ts'
import { stepsOf } from '../blueprints/draw.ts'
import { ANSWERS_FILE } from '../engine/state.ts'
import { type BuildTarget, stateToSay } from './target.ts'

/** What repeats this run without questions, for people to keep. */
export function replayOf(target: BuildTarget, { answers }: Resolved): string {
  const command = replayCommand(describe(target), chapters(target), answers)
  const file = join(relative(process.cwd(), target.folder) || '.', ANSWERS_FILE)
  return `The same without questions, also as --answers ${file}:\n\n${command}`
}

/** Writes the answers beside the state, to build from again; on the disk when it resolves. */
export async function saveAnswersFile(target: BuildTarget, { answers }: Resolved): Promise<void> {
  await replaceFile(join(target.folder, ANSWERS_FILE), replayFile(describe(target), chapters(target), answers))
}

function describe(target: BuildTarget): ReplayOf {
  const { stack, blueprint, provider, region, sandbox } = target
  const state = stateToSay(target)
  return {
    verb: 'up',
    stack,
    blueprint: blueprint.id,
    cloud: provider.id,
    region,
    ...(sandbox && { sandbox }),
    ...(state !== undefined && { state }),
  }
}

function chapters(target: BuildTarget): ReplayChapter[] {
  return stepsOf(target.drawing) as ReplayChapter[]
}
