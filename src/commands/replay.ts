import { join, relative } from 'node:path'
import type { Resolved } from '../answers/answers.ts'
import { type ReplayOf, type ReplayStep, replayCommand, replayFile } from '../answers/replay.ts'
import { replaceFile } from '../base/disk.ts'
import { stepsOf } from '../blueprints/draw.ts'
import { ANSWERS_FILE } from '../engine/state.ts'
import { type BuildTarget, stateToSay } from './target.ts'

/** The text that tells people how to repeat this run without questions. */
export function replayOf(target: BuildTarget, { answers }: Resolved): string {
  const command = replayCommand(describe(target), steps(target), answers)
  const file = join(relative(process.cwd(), target.folder) || '.', ANSWERS_FILE)
  return `To run this again without questions, use --answers ${file} or this command:\n\n${command}`
}

/** Writes the answers file beside the state, to build from again. Rejects with a Problem (exit 4) when it cannot. */
export async function saveAnswersFile(target: BuildTarget, { answers }: Resolved): Promise<void> {
  await replaceFile(join(target.folder, ANSWERS_FILE), replayFile(describe(target), steps(target), answers))
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

function steps(target: BuildTarget): ReplayStep[] {
  return stepsOf(target.drawing) as ReplayStep[]
}
