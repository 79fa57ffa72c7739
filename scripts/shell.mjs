// What the scripts share: programs that are run, and what is said.
import { spawnSync } from 'node:child_process'

/** Whether a program can be found, those for administrators too. */
export function has(program) {
  return quiet('sh', ['-c', `PATH="$PATH:/usr/sbin:/sbin" command -v ${program}`])
}

/** Whether it ends well; what it says is not shown. */
export function quiet(program, args) {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0
}

/** Runs to its end, or ends us with its status. */
export function run(program, args) {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' })
  if (error) stop(`${program} could not be started: ${error.message}`, 1)
  if (status !== 0) process.exit(status ?? 1)
}

export function stop(text, code) {
  console.error(text)
  process.exit(code)
}

export function say(text) {
  console.log(text)
}
