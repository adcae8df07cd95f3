import { declareIncident } from '../incidents/actions.ts'
import type { NewIncident, NewUpdate } from '../incidents/model.ts'
import { addNote } from '../incidents/notes.ts'
import { postUpdate } from '../incidents/updates.ts'
import type { Actor, Context } from '../platform/context.ts'
import { clock } from '../platform/zone.ts'
import { by, type Calendar, type Step, timeZone } from './timeline.ts'

export type Crew = { ada: Actor; mari: Actor }

/** A release by what people call it; it becomes the id that the store knows it by. */
type Named = readonly [service: string, version: string]
type Facts = { cause_named?: Named; remedy_named?: Named }
type Telling = {
  declared: readonly [at: string, who: Actor, said: NewIncident & Facts]
  updates: readonly (readonly [at: string, who: Actor, said: NewUpdate & Facts])[]
  /** What only the team reads. */
  notes?: [at: string, who: Actor, body: string][]
}

/** The four incidents of the sample: three over, one open at the start. */
export function incidentSteps(calendar: Calendar, crew: Crew): Step[] {
  return [
    noWayBack(calendar, crew),
    checkoutDown(calendar, crew),
    staleSearch(calendar, crew),
    cardsFail(calendar, crew),
  ].flatMap(stepsOf)
}

function noWayBack({ on }: Calendar, { ada }: Crew): Telling {
  const at = (clock: string) => on(50, clock)
  const partly = { component: 'payments', status: 'partial_outage' as const }
  return {
    declared: [
      at('13:07'),
      ada,
      {
        title: 'Payments partly down',
        body: 'One payment in five fails, by card and by bank. We are looking into it.',
        started_at: at('13:01'),
        components: [partly],
      },
    ],
    updates: [
      [
        at('13:16'),
        ada,
        {
          state: 'identified',
          body: 'A release of 13:00 reads some ledgers wrongly. We are preparing a correction.',
          cause: 'release',
          cause_named: ['payments', '8.1.0'],
        },
      ],
      [at('13:52'), ada, { state: 'monitoring', body: 'The correction is out. Payments work again.' }],
      [
        at('13:57'),
        ada,
        {
          state: 'resolved',
          body: 'All payments work. Nobody was charged twice.',
          remedy: 'rolled_forward',
          remedy_named: ['payments', '8.1.1'],
          remedy_reason: 'The migration of 12:40 cannot be undone; fixed by 8.1.1 after 52 min.',
        },
      ],
    ],
  }
}

function checkoutDown({ on }: Calendar, { ada, mari }: Crew): Telling {
  const at = (clock: string) => on(22, clock)
  return {
    declared: [
      at('11:09'),
      mari,
      {
        title: 'Checkout is down',
        body: 'Orders cannot be finished at the moment. Baskets are kept.',
        started_at: at('11:06'),
        components: [{ component: 'checkout', status: 'major_outage' }],
        cause: 'release',
        cause_named: ['checkout', '2.11.0'],
      },
    ],
    updates: [
      [at('11:22'), ada, { state: 'identified', body: 'The release of 11:02 is being rolled back.' }],
      [
        at('11:26'),
        ada,
        {
          state: 'monitoring',
          body: 'We are back at the version of yesterday, and orders come in again.',
          components: [{ component: 'checkout', status: 'operational' }],
          remedy: 'rolled_back',
          remedy_named: ['checkout', '2.10.3'],
        },
      ],
      [at('11:41'), mari, { state: 'resolved', body: 'Everything works. No basket was lost.' }],
    ],
  }
}

function staleSearch({ on }: Calendar, { mari }: Crew): Telling {
  const at = (clock: string) => on(3, clock)
  return {
    declared: [
      at('10:20'),
      mari,
      {
        title: 'Search results were out of date',
        body: 'Articles added since this morning are not found yet.',
        started_at: at('10:12'),
        components: [{ component: 'search', status: 'degraded_performance' }],
        cause: 'not_release',
      },
    ],
    updates: [
      [
        at('10:59'),
        mari,
        {
          state: 'resolved',
          body: 'A disk of the index was full. It has room again, and the index is whole.',
          remedy: 'other',
        },
      ],
    ],
  }
}

function cardsFail({ before }: Calendar, { ada, mari }: Crew): Telling {
  const out = clock(before(35), timeZone)
  return {
    declared: [
      before(26),
      mari,
      {
        title: 'Card payments fail for some customers',
        body: 'Some card payments fail with “declined”. Bank transfers work.',
        started_at: before(31),
        components: [
          { component: 'checkout', status: 'partial_outage' },
          { component: 'payments', status: 'degraded_performance' },
        ],
      },
    ],
    updates: [
      [
        before(2),
        ada,
        {
          state: 'identified',
          body: `The release at ${out} rejects cards that need 3-D Secure. We are rolling it back. Payments already made are safe.`,
          cause: 'release',
          cause_named: ['checkout', '2.14.0'],
          next_update_at: before(-25),
        },
      ],
    ],
    notes: [[before(6), mari, 'The bank sees the challenge, but never our answer to it.']],
  }
}

function stepsOf({ declared, updates, notes = [] }: Telling): Step[] {
  let id = ''
  const [at, who, said] = declared
  const begin = async (ctx: Context) => {
    id = (await declareIncident(ctx, await withIds(ctx, said))).id
  }
  return [
    by(who, { at, run: begin }),
    ...updates.map(([at, who, said]) =>
      by(who, { at, run: async (ctx) => postUpdate(ctx, id, await withIds(ctx, said)) }),
    ),
    ...notes.map(([at, who, body]) => by(who, { at, run: (ctx) => addNote(ctx, id, { body }) })),
  ]
}

async function withIds<T extends Facts>(ctx: Context, { cause_named, remedy_named, ...said }: T) {
  const cause = cause_named && { cause_release_id: await releaseId(ctx, cause_named) }
  const remedy = remedy_named && { remedy_release_id: await releaseId(ctx, remedy_named) }
  return { ...said, ...cause, ...remedy }
}

async function releaseId({ db }: Context, [service, version]: Named) {
  const { id } = await db
    .selectFrom('releases')
    .innerJoin('components', 'components.id', 'releases.component_id')
    .select('releases.id')
    .where('components.slug', '=', service)
    .where('releases.version', '=', version)
    .orderBy('releases.lane_at', 'desc')
    .executeTakeFirstOrThrow()
  return id
}
