import assert from 'node:assert/strict'
import { test } from 'node:test'
import ICAL from 'ical.js'
import Parser from 'rss-parser'
import { cancelMaintenance, editMaintenance, planMaintenance } from '../maintenance/actions.ts'
import { followClock } from '../maintenance/by-clock.ts'
import { listMaintenances } from '../maintenance/store.ts'
import { startTestApp } from '../testing/http.ts'
import { northwind } from '../testing/northwind.ts'

const work = {
  title: 'New disks; faster, larger',
  body: 'Search is slow.\n\nPaying works.',
  starts_at: '2026-10-20T23:00:00Z',
  ends_at: '2026-10-21T00:30:00Z',
  components: ['checkout', 'ledger'],
}

async function yard() {
  const shop = await northwind()
  const { ship } = shop
  ship.at('2026-10-15T12:00:00.000Z')
  const { inject } = await startTestApp(ship)
  const read = async (url: string) => (await inject({ url, headers: { accept: 'text/html' } })).body
  const events = async () => {
    const body = await read('/maintenance.ics')
    for (const line of body.split('\r\n')) assert.ok(Buffer.byteLength(line) <= 75, line)
    const calendar = new ICAL.Component(ICAL.parse(body))
    return calendar.getAllSubcomponents('vevent').map((one) => {
      const { uid, summary, description, startDate, endDate, component } = new ICAL.Event(one)
      const value = (name: string) => String(component.getFirstPropertyValue(name))
      const [from, to] = [startDate, endDate].map((time) => time.toJSDate().toISOString())
      return { uid, summary, description, from, to, sequence: value('sequence'), status: value('status') }
    })
  }
  return { ...shop, read, events }
}

test('a calendar reads each time of what repeats, at the same time of the day across daylight saving', async () => {
  const { ship, events } = await yard()
  const { id } = await planMaintenance(ship, { ...work, repeats: 'FREQ=WEEKLY;BYDAY=WE' })
  const found = await events()
  assert.equal(found.length, 10)
  assert.deepEqual(
    found.slice(0, 2).map(({ from, to }) => [from, to]),
    [
      ['2026-10-20T23:00:00.000Z', '2026-10-21T00:30:00.000Z'],
      ['2026-10-28T00:00:00.000Z', '2026-10-28T01:30:00.000Z'],
    ],
    '02:00 in Tallinn, before the clocks are put back and after',
  )
  assert.deepEqual([found[0]?.uid, found[0]?.summary], [`${id}@localhost`, work.title])
  assert.match(
    found[0]?.description ?? '',
    /Search is slow\.\s+Paying works\.\s+Checkout\s+Every week on Wednesday/,
  )
  assert.equal(new Set(found.map(({ uid }) => uid)).size, 10)
})

test('moved, an event keeps its UID and counts up; called off, it says so; and bytes change only with the data', async () => {
  const { ship, events, read } = await yard()
  await planMaintenance(ship, { ...work, repeats: 'FREQ=WEEKLY' })
  const [first, second] = await listMaintenances(ship, { show: 'coming', limit: 2 })
  const before = await events()
  const bytes = await read('/maintenance.ics')
  ship.wait(60)
  assert.equal(await read('/maintenance.ics'), bytes)
  await editMaintenance(ship, first?.id ?? '', {
    starts_at: '2026-10-21T23:00:00Z',
    ends_at: '2026-10-22T00:30:00Z',
  })
  await cancelMaintenance(ship, second?.id ?? '')
  const after = await events()
  assert.deepEqual(after.map(({ uid }) => uid).sort(), before.map(({ uid }) => uid).sort())
  assert.deepEqual(
    after.slice(0, 3).map(({ from, sequence, status }) => [from?.slice(0, 10), sequence, status]),
    [
      ['2026-10-21', '1', 'CONFIRMED'],
      ['2026-10-28', '1', 'CANCELLED'],
      ['2026-11-04', '0', 'CONFIRMED'],
    ],
  )
})

test('programs that speak Statuspage find what comes, what runs and what was', async () => {
  const { ship, read } = await yard()
  const { id } = await planMaintenance(ship, work)
  const ids = async (name: string) =>
    JSON.parse(await read(`/api/v2/${name}.json`)).scheduled_maintenances.map((one: { id: string }) => one.id)
  const seen = async () => [
    await ids('scheduled-maintenances'),
    await ids('scheduled-maintenances/upcoming'),
    await ids('scheduled-maintenances/active'),
    await ids('summary'),
  ]
  assert.deepEqual(await seen(), [[id], [id], [], [id]])
  ship.at('2026-10-20T23:00:00.000Z')
  assert.deepEqual(await seen(), [[id], [], [id], [id]])
  await followClock(ship)
  const summary = JSON.parse(await read('/api/v2/summary.json'))
  assert.deepEqual(summary.status, { indicator: 'maintenance', description: 'Service Under Maintenance' })
  const [told] = summary.scheduled_maintenances
  assert.deepEqual(
    [told.status, told.impact, told.scheduled_for, told.scheduled_until, told.components.length],
    ['in_progress', 'maintenance', '2026-10-20T23:00:00.000Z', '2026-10-21T00:30:00.000Z', 1],
  )
  assert.deepEqual(
    told.incident_updates.map((one: { status: string; affected_components: object[] }) => [
      one.status,
      one.affected_components.length,
    ]),
    [
      ['in_progress', 1],
      ['scheduled', 1],
    ],
  )
  ship.at('2026-10-21T00:30:00.000Z')
  assert.deepEqual(await seen(), [[id], [], [], []])
  const [over] = JSON.parse(await read('/api/v2/scheduled-maintenances.json')).scheduled_maintenances
  assert.deepEqual([over.status, over.resolved_at], ['completed', '2026-10-21T00:30:00.000Z'])
})

test('feeds tell that it is planned, moved, started, ended and called off', async () => {
  const { ship, read } = await yard()
  const { id } = await planMaintenance(ship, work)
  ship.wait(10)
  await editMaintenance(ship, id, { starts_at: '2026-10-21T23:00:00Z', ends_at: '2026-10-22T00:30:00Z' })
  ship.at('2026-10-22T01:00:00.000Z')
  await followClock(ship)
  const { items } = await new Parser().parseString(await read('/history.atom'))
  const states = [...String(items[0]?.content).matchAll(/<strong>(.*?)<\/strong>/g)].map(([, state]) => state)
  assert.deepEqual(states, ['Completed', 'In progress', 'Scheduled', 'Scheduled'])
  assert.match(
    String(items[0]?.content),
    /Now planned for Thu 22 Oct 2026, 02:00 to 03:30; before, for Wed 21 Oct 2026, 02:00 to 03:30/,
  )
  assert.match(await read('/history.rss'), /New disks/)
  assert.equal(JSON.parse(await read('/feed.json')).items[0].url, `http://localhost:8080/maintenance/${id}`)
})

test('the page says what runs, the component draws it, and uptime does not count it', async () => {
  const { ship, read } = await yard()
  const { id } = await planMaintenance(ship, work)
  ship.at('2026-10-20T23:20:00.000Z')
  const home = await read('/')
  assert.match(home, /<h1>Checkout is under maintenance<\/h1>/)
  assert.match(home, new RegExp(`Planned work[\\s\\S]*/maintenance/${id}[\\s\\S]*In progress`))
  ship.at('2026-10-22T12:00:00.000Z')
  await followClock(ship)
  const component = await read('/components/checkout')
  assert.match(component, new RegExp(`Maintenance for 1 h 30 min</b>: <a href="/maintenance/${id}"`))
  assert.match(component, /class="sounding__care"/)
  const uptime = JSON.parse(await read('/api/v1/components/checkout/uptime'))
  assert.match(JSON.stringify(uptime), /"under_maintenance":5400/)
  assert.match(
    await read('/history/2026-10'),
    new RegExp(`Maintenance</span>[\\s\\S]*/maintenance/${id}[\\s\\S]*took 1 h 30 min`),
  )
  assert.match(await read(`/maintenance/${id}`), /Started<\/dt>[\s\S]*Ended<\/dt>[\s\S]*took 1 h 30 min/)
})
