import { setImmediate } from 'node:timers/promises'
import { type Context, inTransaction, type JournalLine } from '../platform/context.ts'
import { firstIdAt } from '../platform/ids.ts'
import { type Fault, firstFault, noSeal, type SealedLine, sealOf } from './chain.ts'

/** A transaction may show its lines this much later than it named them; meanwhile nothing near them is sealed. */
const settleMillis = 60_000
const atOnce = 100
const readAtOnce = 1000

/**
 * Seals what is in the journal and has settled, in the order of its ids, a few lines in each transaction so that no
 * writer waits for long. A line that shows even later is sealed when it is seen: each once, none is left out. No verb
 * of the product: it writes no line and wakes nobody who follows. Returns how many lines were sealed.
 */
export async function sealJournal(ctx: Context, now = Date.now()): Promise<number> {
  let sealed = 0
  for (;;) {
    const done = await inTransaction(ctx, (ctx) => sealSome(ctx, now))
    sealed += done
    if (done < atOnce) return sealed
    await setImmediate() // whoever waits for this thread goes first
  }
}

async function sealSome(ctx: Context, now: number): Promise<number> {
  let { seq, seal } = await holdHead(ctx)
  const lines = await settledLines(ctx, now)
  if (lines.length === 0) return 0
  for (const line of lines) {
    seq += 1
    seal = sealOf(seal, seq, line)
    await ctx.db.updateTable('journal').set({ seq, seal }).where('id', '=', line.id).execute()
  }
  await ctx.db.updateTable('journal_head').set({ seq, seal }).where('id', '=', 'head').execute()
  return lines.length
}

/** Reads the head by writing it: whoever else seals, on whatever node, waits until this transaction is over. */
async function holdHead({ db }: Context) {
  const first = { id: 'head', seq: 0, seal: noSeal }
  await db
    .insertInto('journal_head')
    .values(first)
    .onConflict((on) => on.column('id').doNothing())
    .execute()
  return db
    .updateTable('journal_head')
    .set((row) => ({ seq: row.ref('seq') }))
    .where('id', '=', 'head')
    .returning(['seq', 'seal'])
    .executeTakeFirstOrThrow()
}

/** A line named in the future (the clock was set back since) does not wait for the clock to come to it. */
function settledLines({ db }: Context, now: number) {
  return db
    .selectFrom('journal')
    .selectAll()
    .where('seq', 'is', null)
    .where((row) =>
      row.or([row('id', '<', firstIdAt(now - settleMillis)), row('id', '>', firstIdAt(now + settleMillis))]),
    )
    .orderBy('id')
    .limit(atOnce)
    .execute()
}

/** How far the journal is sealed: the newest seal, the moment of its line, and how many lines wait. Null before the first. */
export async function newestSeal({ db }: Pick<Context, 'db'>) {
  const newest = await db
    .selectFrom('journal_head')
    .innerJoin('journal', 'journal.seq', 'journal_head.seq')
    .select(['journal_head.seq', 'journal_head.seal', 'journal.at'])
    .executeTakeFirst()
  const { waiting } = await db
    .selectFrom('journal')
    .select(({ fn }) => fn.countAll<number>().as('waiting'))
    .where('seq', 'is', null)
    .executeTakeFirstOrThrow()
  return { newest: newest ?? null, waiting: Number(waiting) }
}

export type Verdict = {
  sealed: number
  seal: string
  /** Lines that no seal covers yet: nothing can be said of them. */
  unsealed: number
  /** Lines that stand behind younger ones by more than an hour: the clock was set back, or somebody put them in. */
  late: { count: number; first: string | null }
  fault: Fault | null
}

/**
 * Reads the whole journal and finds the first line that was edited, deleted or moved since it was sealed. A seal that
 * somebody noted elsewhere (`noted`) must still be in the chain: who can write everything could seal everything anew.
 */
export async function verifyJournal({ db }: Pick<Context, 'db'>, noted?: string): Promise<Verdict> {
  let last = { seq: 0, seal: noSeal }
  let fault: Fault | null = null
  let found = noted === undefined
  const late = lateness()
  for (;;) {
    const lines = await sealedAfter(db, last.seq)
    fault = firstFault(last, lines)
    for (const line of lines) late.look(line.id)
    if (lines.some(({ seal }) => seal === noted)) found = true
    const newest = lines.at(-1)
    if (newest) last = { seq: newest.seq, seal: newest.seal ?? '' }
    if (fault || lines.length < readAtOnce) break
  }
  const unsealed = await db.selectFrom('journal').select('id').where('seq', 'is', null).execute()
  for (const { id } of unsealed) late.look(id)
  fault ??= await faultOfHead(db, last)
  if (!found) fault ??= { seq: last.seq, words: 'The seal that you noted is not in the chain.' }
  return { sealed: last.seq, seal: last.seal, unsealed: unsealed.length, late: late.told(), fault }
}

/** What the lines themselves cannot tell: that the newest are gone, or that some stand beside the chain. */
async function faultOfHead(db: Context['db'], last: { seq: number; seal: string }): Promise<Fault | null> {
  const head = await db.selectFrom('journal_head').select(['seq', 'seal']).executeTakeFirst()
  const { count } = await db
    .selectFrom('journal')
    .select(({ fn }) => fn.count<number>('seq').as('count'))
    .executeTakeFirstOrThrow()
  const { seq, seal } = head ?? { seq: 0, seal: noSeal }
  if (seq > last.seq) return { seq: last.seq + 1, words: `Line ${last.seq + 1} is gone.` }
  if (seq < last.seq) return { seq: seq + 1, words: `Line ${seq + 1} was never sealed by Shiplog.` }
  if (Number(count) !== last.seq) return { seq: 0, words: 'There are lines beside the chain.' }
  if (seal !== last.seal) return { seq, words: `The newest seal is not that of line ${seq}.` }
  return null
}

async function sealedAfter(db: Context['db'], seq: number): Promise<SealedLine[]> {
  const lines: JournalLine[] = await db
    .selectFrom('journal')
    .selectAll()
    .where('seq', '>', seq)
    .orderBy('seq')
    .orderBy('id')
    .limit(readAtOnce)
    .execute()
  return lines as SealedLine[]
}

const lateMillis = 3_600_000

function lateness() {
  let youngest = ''
  let count = 0
  let first: string | null = null
  return {
    look(id: string) {
      if (id > youngest) youngest = id
      else if (id < firstIdAt(Math.max(0, bornAt(youngest) - lateMillis))) {
        count += 1
        first ??= id
      }
    },
    told: () => ({ count, first }),
  }
}

/** The millisecond that an id says; 0 when it is none of ours. */
function bornAt(id: string): number {
  return Number.parseInt(id.slice(0, 8), 36) || 0
}
