import { setImmediate } from 'node:timers/promises'
import { type Context, inTransaction } from '../platform/context.ts'
import { firstIdAt } from '../platform/ids.ts'
import { documentsOf } from './documents.ts'
import { type Kind, kinds } from './model.ts'
import {
  bearersOf,
  forgetDocuments,
  linesAfter,
  newestLine,
  readState,
  saveState,
  writeDocuments,
} from './store.ts'

const together = 250
/** A transaction of another process may show its lines this much later than it named them. */
const overlapMillis = 120_000
const done = 'done'

/**
 * Brings the index up to the journal: whatever a line names is read anew. Every verb writes its line, so nothing that
 * was changed can be missed. Does `most` steps at a time and says whether all is in; the first time, and after
 * `buildAnew`, everything is read, the oldest first.
 */
export async function keepIndexed(ctx: Context, { most }: { most: number }): Promise<boolean> {
  for (let step = 0; step < most; step += 1) {
    if (await isIndexed(ctx)) return true
    await inTransaction(ctx, oneStep)
    await setImmediate() // whoever else waits is answered between two steps
  }
  return isIndexed(ctx)
}

/** Reads everything anew from the next step on; until then what was there is found. */
export async function buildAnew(ctx: Context) {
  await inTransaction(ctx, async (ctx) => saveState(ctx, { ...beginning, read_to: await newestLine(ctx) }))
}

/** What runs by itself: all that is left to do, and the lines of the last minutes once more. */
export async function indexJob(ctx: Context) {
  await inTransaction(ctx, async (ctx) => {
    const state = await readState(ctx)
    const begun = state ? firstIdAt(ctx.now().getTime() - overlapMillis) : ''
    if (state?.stage === done && begun < state.read_to) await saveState(ctx, { ...state, read_to: begun })
  })
  await keepIndexed(ctx, { most: Number.POSITIVE_INFINITY })
}

const beginning = { stage: kinds[0] as string, last_id: '' }

async function isIndexed(ctx: Context) {
  const state = await readState(ctx)
  return state?.stage === done && state.read_to >= (await newestLine(ctx))
}

async function oneStep(ctx: Context) {
  const state = await readState(ctx)
  if (!state) await saveState(ctx, { ...beginning, read_to: await newestLine(ctx) })
  else if (state.stage === done) await followOn(ctx, state.read_to)
  else await buildOn(ctx, { ...state, stage: state.stage as Kind })
}

/** The next documents of the stage, or the next stage. */
async function buildOn(
  ctx: Context,
  { stage, last_id, read_to }: { stage: Kind; last_id: string; read_to: string },
) {
  const documents = await documentsOf[stage](ctx, { after: last_id, limit: together })
  await writeDocuments(ctx, documents)
  const next = kinds[kinds.indexOf(stage) + 1] ?? done
  const last = documents.length === together ? documents.at(-1) : undefined
  await saveState(ctx, last ? { stage, last_id: last.id, read_to } : { stage: next, last_id: '', read_to })
}

async function followOn(ctx: Context, read_to: string) {
  const lines = await linesAfter(ctx, read_to, together)
  const ids = (kind: string) =>
    lines.filter((line) => line.subject_kind === kind).map((line) => line.subject_id)
  const renamed = lines.filter(({ action }) => action === 'component.edited').map((line) => line.subject_id)
  const release = new Set(ids('release'))
  const incident = new Set(ids('incident'))
  for (const id of new Set(renamed)) {
    const bearers = await bearersOf(ctx, id)
    for (const one of bearers.release) release.add(one)
    for (const one of bearers.incident) incident.add(one)
  }
  await readAnew(ctx, ['component'], [...new Set(ids('component'))])
  await readAnew(ctx, ['incident', 'update', 'note', 'postmortem'], [...incident])
  await readAnew(ctx, ['release'], [...release])
  await saveState(ctx, { stage: done, last_id: '', read_to: lines.at(-1)?.id ?? read_to })
}

async function readAnew(ctx: Context, of: Kind[], ids: string[]) {
  for (let from = 0; from < ids.length; from += together) {
    const some = ids.slice(from, from + together)
    const documents = (await Promise.all(of.map((kind) => documentsOf[kind](ctx, { ids: some })))).flat()
    const kept = documents.map(({ id }) => id)
    await forgetDocuments(ctx, some, kept)
    for (let at = 0; at < documents.length; at += together) {
      await writeDocuments(ctx, documents.slice(at, at + together))
    }
  }
}
