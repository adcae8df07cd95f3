import type { Context } from '../platform/context.ts'
import { dateIn } from '../platform/zone.ts'
import { saveAndPublish } from '../postmortems/actions.ts'
import { addItem, finishItem } from '../postmortems/items.ts'
import type { Crew } from './incidents.ts'
import { by, type Calendar, type Step, timeZone } from './timeline.ts'

const learned = `## What happened

At 11:02 release 2.11.0 of Checkout went out to everybody. From 11:06 nobody could finish an order. Mari saw orders fall
to zero at 11:09, and at 11:26 version 2.10.3 was back.

## Why

The release asked the address service for a field that the service had not learned yet. In our tests a stand-in answered,
and it knew the field.

## What helped

The way back was known and needed no change of the database: it took four minutes. Baskets are kept apart from orders, so
none was lost.

## What we change

A release of Checkout now goes to one in ten customers first, and our tests ask the real address service.`

/** What the shop learned from the day on which nobody could finish an order. */
export function postmortemSteps({ on }: Calendar, { ada, mari }: Crew): Step[] {
  const publish = async (ctx: Context) => {
    const id = await incidentCalled(ctx, 'Checkout is down')
    await saveAndPublish(ctx, id, { body: learned, how_noticed: 'Orders fell to zero' })
    const items = [
      { words: 'Ask the real address service in the tests of Checkout', owner: 'Mari', due: 16 },
      { words: 'Warn when orders fall by half within five minutes', owner: 'Ada', due: -5 },
    ]
    for (const { words, owner, due } of items) {
      await addItem(ctx, id, { words, owner, due_on: dateIn(on(due, '12:00'), timeZone) })
    }
  }
  return [by(mari, { at: on(21, '15:20'), run: publish }), by(ada, { at: on(17, '10:00'), run: finishFirst })]
}

async function finishFirst(ctx: Context) {
  const items = ctx.db.selectFrom('action_items').select('id').orderBy('position')
  await finishItem(ctx, (await items.executeTakeFirstOrThrow()).id)
}

async function incidentCalled({ db }: Context, title: string): Promise<string> {
  const query = db.selectFrom('incidents').select('id').where('title', '=', title)
  return (await query.executeTakeFirstOrThrow()).id
}
