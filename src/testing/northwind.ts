import { createComponent } from '../components/actions.ts'
import { declareIncident } from '../incidents/actions.ts'
import { postUpdate } from '../incidents/updates.ts'
import { recordEvents } from '../releases/actions.ts'
import { editSite } from '../site/actions.ts'
import type { EventFacts, EventType } from '../sources/events.ts'
import { type World, world } from './world.ts'

export type Northwind = Awaited<ReturnType<typeof northwind>>

/** A shop with four components, as its customers know it, on a quiet day. All that happens, happens in UTC. */
export async function northwind(given?: World) {
  const ship = given ?? (await world())
  ship.at('2026-10-01T08:00:00.000Z')
  await editSite(ship, { name: 'Northwind', time_zone: 'Europe/Tallinn', version: 0 })
  const add = (name: string, group: string | null, visibility: 'public' | 'private' = 'public') =>
    createComponent(ship, { name, group, visibility })
  const components = {
    storefront: await add('Storefront', 'Shop'),
    checkout: await add('Checkout', 'Shop'),
    payments: await add('Payments API', 'Platform'),
    ledger: await add('Ledger', 'Platform', 'private'),
  }

  /** A deploy tool says something of a run, now; the release's id comes back. */
  async function say(
    component: keyof typeof components,
    type: EventType,
    facts: EventFacts & { run?: string } = {},
    environment = 'production',
  ): Promise<string> {
    const { run = `${component} ${facts.version}`, ...rest } = facts
    const occurred_at = ship.now().toISOString()
    const event = { type, run_key: run, service: component, environment, occurred_at, facts: rest }
    const placeFor = async () => ({ component_id: components[component].id })
    const [told] = await recordEvents(ship, {
      source_id: 'api',
      scope: 'ci',
      delivery_id: null,
      received_at: occurred_at,
      events: [event],
      placeFor,
    })
    return told?.release_id ?? ''
  }

  /** A release from start to everybody. */
  async function release(
    component: keyof typeof components,
    version: string,
    { minutes = 8, run = `${component} ${version}` } = {},
  ): Promise<string> {
    await say(component, 'release.started', { version, run })
    ship.wait(minutes)
    return say(component, 'release.succeeded', { version, run })
  }

  return { ship, components, say, release }
}

/** The same shop in the middle of trouble: a release hurts customers, and the way back has begun. At 12:37 UTC. */
export async function northwindInTrouble(given?: World) {
  const shop = await northwind(given)
  const { ship, say, release } = shop
  ship.at('2026-11-01T09:00:00.000Z')
  await release('checkout', '2.10.3', { minutes: 12 })
  await release('storefront', '5.41.0')
  await release('payments', '8.2.1')
  const bad = await release('checkout', '2.11.0', { minutes: 12 })
  await earlierTrouble(ship, bad)
  const restored = await rollBack(shop, '2.10.3', 'again', 3)
  ship.at('2026-11-17T09:00:00.000Z')
  await release('checkout', '2.13.4')
  ship.at('2026-11-23T07:12:00.000Z')
  await release('storefront', '5.41.2')
  ship.at('2026-11-23T11:35:00.000Z')
  const cause = await release('checkout', '2.14.0', { minutes: 27 })
  ship.at('2026-11-23T12:11:00.000Z')
  const incident = await openTrouble(ship, cause)
  ship.at('2026-11-23T12:33:00.000Z')
  await say('checkout', 'release.started', { version: '2.13.4', run: 'back', kind: 'rollback' })
  await postUpdate(ship, incident.id, {
    state: 'identified',
    body: 'The release at 14:02 rejects cards that need 3-D Secure. We are rolling it back. Payments already made are safe.',
    next_update_at: '2026-11-23T13:00:00.000Z',
  })
  ship.at('2026-11-23T12:35:00.000Z')
  return { ...shop, cause, incident, restored }
}

async function rollBack({ ship, say }: Northwind, version: string, run: string, minutes: number) {
  await say('checkout', 'release.started', { version, run, kind: 'rollback' })
  ship.wait(minutes)
  return say('checkout', 'release.succeeded', { version, run })
}

async function earlierTrouble(ship: World, cause_release_id: string) {
  ship.at('2026-11-20T06:00:00.000Z')
  const incident = await declareIncident(ship, {
    title: 'Search results were out of date',
    body: 'New articles are missing.',
    cause: 'not_release',
    components: [{ component: 'storefront', status: 'degraded_performance' }],
  })
  ship.wait(47)
  await postUpdate(ship, incident.id, { state: 'resolved', body: 'The index is whole again.' })
  ship.at('2026-11-01T09:40:00.000Z')
  const down = await declareIncident(ship, {
    title: 'Checkout is down',
    body: 'Nobody can pay.',
    cause: 'release',
    cause_release_id,
    components: [{ component: 'checkout', status: 'major_outage' }],
  })
  ship.wait(20)
  await postUpdate(ship, down.id, { state: 'resolved', body: 'All is well.', remedy: 'rolled_back' })
}

function openTrouble(ship: World, cause_release_id: string) {
  return declareIncident(ship, {
    title: 'Card payments fail for some customers',
    body: 'Some card payments fail with “declined”. Bank transfers work.',
    started_at: '2026-11-23T12:06:00.000Z',
    cause: 'release',
    cause_release_id,
    components: [
      { component: 'checkout', status: 'partial_outage' },
      { component: 'payments-api', status: 'degraded_performance' },
      { component: 'ledger', status: 'major_outage' },
    ],
  })
}
