import { answersFrom, keepSecrets, valuesOf } from '../../src/answers/answers.ts'
import type { Question } from '../../src/answers/question.ts'
import type { Json } from '../../src/base/json.ts'
import { drawBlueprint, stepsOf } from '../../src/blueprints/draw.ts'
import { blueprints } from '../../src/blueprints/index.ts'
import { down, type Removal, type Run, up } from '../../src/engine/engine.ts'
import type { Sheet } from '../../src/engine/kind.ts'
import { openSecrets, type Secrets } from '../../src/engine/secrets.ts'
import { newState, openStore, readState } from '../../src/engine/state.ts'
import type { Event } from '../../src/events.ts'
import { providers } from '../../src/providers/index.ts'

/** Where and how a run inside the test's own process works. */
export interface Place {
  /** The stack's folder. */
  folder: string
  /** The embedded cloud, or a proxy before it. */
  url: string
  speed: number
  blueprint?: string
  cloud?: 'alicloud' | 'aws'
  region?: string
  /** Answers given by name; the rest are defaults. */
  answers?: Record<string, string>
  /** Told of every save, before and after. */
  instant?: (name: string) => Promise<void>
  events?: Event[]
  drain?: AbortSignal
}

export interface Opened {
  run: Run
  sheet: Sheet
  calls(): Record<string, number>
  close(): void
}

/** What `up` does between its answers and the engine, in this process: real provider, real wire, state on the disk. */
export async function openRun(place: Place): Promise<Opened> {
  const { folder, instant = async () => {} } = place
  const cloud = place.cloud ?? 'alicloud'
  const provider = await providers[cloud]!()
  const blueprint = blueprints.find(({ id }) => id === (place.blueprint ?? 'django'))!
  const target = await blueprint.targets[cloud]!()
  const secrets = await openSecrets(folder)
  const texts = new Map<string, string>()
  const drain = place.drain ?? new AbortController().signal
  const region = place.region ?? provider.defaultRegion({})
  const connected = await provider.connect({
    region,
    env: {},
    sandbox: { url: place.url, speed: place.speed },
    emit: () => {},
    drain,
    reveal: secret => secrets.get(secret.$secret)!,
    keep: secrets.keep,
    texts,
  })
  const values = await answered(
    stepsOf(target).flatMap(({ asks }) => asks),
    place,
    connected.lookups,
    secrets,
  )
  const { sheet } = drawBlueprint(target, { stack: 'shop', values, texts })
  const state =
    (await readState(folder)) ??
    newState({ stack: 'shop', blueprint: blueprint.id, cloud, account: connected.account, region, sandbox: true })
  const store = openStore(folder, state, () => instant('before save'))
  const save = store.save.bind(store)
  store.save = async () => {
    await save()
    await instant('after save')
  }
  return {
    run: {
      store,
      cloud: connected.cloud,
      kinds: provider.kinds,
      emit: event => place.events?.push(event),
      drain,
      secretVersion: secrets.version,
      startedAt: Date.now(),
    },
    sheet,
    calls: connected.calls,
    close: connected.close,
  }
}

/** One `up` to its end. */
export async function upHere(place: Place): Promise<{ criticalPathMs: number; calls: Record<string, number> }> {
  const { run, sheet, calls, close } = await openRun(place)
  try {
    const { criticalPathMs } = await up(run, sheet)
    return { criticalPathMs, calls: calls() }
  } finally {
    close()
  }
}

/** One `teardown` to its end. */
export async function downHere(place: Place): Promise<Removal> {
  const { run, close } = await openRun(place)
  try {
    return await down(run)
  } finally {
    close()
  }
}

/** Answers once settled stay the same for every later run of a test: the live look-ups are made once. */
const settled = new Map<string, Record<string, Json>>()

async function answered(
  questions: Question[],
  place: Place,
  lookups: unknown,
  secrets: Secrets,
): Promise<Record<string, Json>> {
  const flags = new Map(Object.entries(place.answers ?? {}))
  const known = settled.get(place.folder)
  const resolved = await answersFrom({
    questions,
    sources: { flags, env: {}, ...(known && { saved: known }) },
    asking: { stack: 'shop', lookups },
    secrets,
  })
  if (resolved.problems.length > 0) throw new Error(JSON.stringify(resolved.problems))
  await keepSecrets(resolved, secrets)
  const values = valuesOf(resolved.answers)
  settled.set(place.folder, values)
  return values
}
