import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import ICAL from 'ical.js'
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright'
import { addUser } from '../src/accounts/actions.ts'
import { jobs } from '../src/maintenance/jobs.ts'
import { northwind } from '../src/testing/northwind.ts'
import { launchBrowser } from './browser.ts'
import { person } from './people.ts'
import { admin, emptyShop } from './shop.ts'

let browser: Browser
before(async () => {
  browser = await launchBrowser()
})
after(() => browser?.close())

/** A shop in Tallinn with an operator and a visitor. Its clock stands until the story moves it. */
async function begin(now: string, options: BrowserContextOptions = {}) {
  const shop = await emptyShop()
  const { say } = await northwind(shop.ship)
  await addUser(shop.ship, { ...admin, name: 'Grace', role: 'admin' })
  shop.ship.at(now)
  const operator = await person(browser, shop.origin, options)
  const visitor = await person(browser, shop.origin)
  await signIn(operator.page)
  await visitor.page.goto('/')
  const work = async () => {
    for (const job of jobs) await job.run(shop.ship)
  }
  return {
    ...{ shop, say, page: operator.page, visitor: visitor.page },
    faults: () => [...operator.faults, ...visitor.faults],
    /** The server's clock comes to a moment, and its own job looks at it. */
    async clock(at: string) {
      shop.ship.at(at)
      await work()
    },
  }
}

async function signIn(page: Page) {
  await page.goto('/login')
  await page.getByLabel('E-mail').fill(admin.email)
  await page.getByLabel('Password').fill(admin.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('main').getByRole('heading', { level: 1 }).waitFor()
}

async function fillTimes(page: Page, { from, to }: { from: string; to: string }) {
  for (const [which, at] of [
    ['starts', from],
    ['ends', to],
  ] as const) {
    const [day = '', time = ''] = at.split(' ')
    await page.getByLabel(`Day it ${which}`).fill(day)
    await page.getByLabel(`Time it ${which}`).fill(time)
  }
}

/** What a visitor reads after the server heard of it: the page that was ready before may come once more. */
async function reads(page: Page, what: (page: Page) => Locator) {
  for (let tries = 0; tries < 40; tries++) {
    await page.reload()
    if ((await what(page).count()) > 0) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await what(page).first().waitFor({ timeout: 1 })
}

const headline = (name: string) => (page: Page) => page.getByRole('heading', { level: 1, name, exact: true })

/** The calendar that the page links, as a program reads it: oldest first. */
async function calendar(page: Page) {
  const href = await page.getByRole('link', { name: 'Calendar' }).first().getAttribute('href')
  const answer = await page.request.get(href ?? '')
  assert.match(answer.headers()['content-type'] ?? '', /^text\/calendar/)
  const parsed = new ICAL.Component(ICAL.parse(await answer.text()))
  return parsed.getAllSubcomponents('vevent').map((one) => {
    const { uid, summary, startDate, endDate, component } = new ICAL.Event(one)
    const [from, to] = [startDate, endDate].map((time) => time.toJSDate().toISOString().slice(5, 16))
    const value = (name: string) => String(component.getFirstPropertyValue(name))
    return { uid, summary, from, to, sequence: Number(value('sequence')), status: value('status') }
  })
}

test('work is planned, changed, moved and called off, and Undo brings it back', async () => {
  const { shop, page, visitor, faults } = await begin('2026-11-23T12:00:00.000Z')
  try {
    await page.goto('/admin/maintenance')
    await page.getByRole('link', { name: 'Plan maintenance' }).click()
    await page.getByLabel('What is done?').fill('New disks')
    await page.getByLabel('What will customers notice?').fill('Paying is **slow**.')
    await fillTimes(page, { from: '2026-11-25 02:00', to: '2026-11-25 03:30' })
    await page.getByRole('checkbox', { name: 'Checkout' }).check()
    await page.getByRole('button', { name: 'Plan it and show it to customers' }).click()
    await page.getByText('Planned. Customers see it now.').waitFor()
    await reads(visitor, (page) => page.getByText('Wed 25 Nov 2026, 02:00'))

    await page.getByRole('link', { name: 'Change or move it' }).click()
    await page.getByLabel('What is done?').fill('Larger disks')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved.').waitFor()
    await page.getByRole('link', { name: 'Change or move it' }).click()
    await fillTimes(page, { from: '2026-11-26 02:00', to: '2026-11-26 03:30' })
    await page.getByLabel('What do we tell customers of this change?').fill('The vendor asked for it.')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Moved. Both times are told.').waitFor()
    await reads(visitor, (page) => page.getByRole('link', { name: 'Larger disks' }))
    await visitor.getByRole('link', { name: 'Larger disks' }).click()
    await visitor.getByText('Before, it was planned for Wed 25 Nov 2026, 02:00 to 03:30.').waitFor()
    await visitor.getByText('The vendor asked for it.').waitFor()

    await page.getByLabel('What do we tell customers?').fill('Not this week.')
    await page.getByRole('button', { name: 'Call it off' }).click()
    await page.getByText('It is called off.').waitFor()
    await reads(visitor, (page) => page.getByText('Not this week.'))
    assert.deepEqual(
      (await calendar(visitor)).map(({ sequence, status }) => [sequence, status]),
      [[3, 'CANCELLED']],
    )
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByText('Taken back: all stands as it did before.').waitFor()
    await visitor.goto('/')
    await reads(visitor, (page) => page.getByText('Thu 26 Nov 2026, 02:00'))
    assert.deepEqual(
      (await calendar(visitor)).map(({ sequence, status }) => [sequence, status]),
      [[4, 'CONFIRMED']],
    )
    assert.deepEqual(faults(), [])
  } finally {
    await shop.close()
  }
})

test('work starts and ends by itself, by hand and early, and with its release', async () => {
  const { shop, say, page, visitor, clock, faults } = await begin('2026-11-23T12:00:00.000Z')
  const plan = async (title: string, hour: number, more: () => Promise<unknown>) => {
    await page.goto('/admin/maintenance/new')
    await page.getByLabel('What is done?').fill(title)
    await fillTimes(page, { from: `2026-11-23 ${hour}:00`, to: `2026-11-23 ${hour + 1}:00` })
    await page.getByRole('checkbox', { name: 'Checkout' }).check()
    await more()
    await page.getByRole('button', { name: 'Plan it and show it to customers' }).click()
    await page.getByText('Planned. Customers see it now.').waitFor()
  }
  try {
    await plan('By the clock', 15, async () => {})
    await clock('2026-11-23T13:00:00.000Z')
    await reads(visitor, headline('Checkout is under maintenance'))
    await clock('2026-11-23T14:00:00.000Z')
    await reads(visitor, headline('Everything is working'))

    await plan('By hand', 17, async () => {
      await page.getByText('What starts and ends it').click()
      await page.getByLabel('It starts', { exact: true }).selectOption('When somebody presses a button')
      await page.getByLabel('It ends', { exact: true }).selectOption('When somebody presses a button')
    })
    await page.getByRole('button', { name: 'Start it now' }).click()
    await page.getByText('It has started.').waitFor()
    await reads(visitor, headline('Checkout is under maintenance'))
    await clock('2026-11-23T14:10:00.000Z')
    await page.getByLabel('What do we tell customers?').fill('Done sooner than we thought.')
    await page.getByRole('button', { name: 'End it now' }).click()
    await page.getByText('It has ended.').waitFor()
    await reads(visitor, headline('Everything is working'))

    await plan('With a release', 17, async () => {
      await page.getByText('What starts and ends it').click()
      await page.getByLabel('It starts', { exact: true }).selectOption('With the release below')
      await page.getByLabel('It ends', { exact: true }).selectOption('With the release below')
      await page.getByLabel('The release it is for: component').selectOption('Checkout')
      await page.getByLabel('Its version').fill('3.0')
    })
    await clock('2026-11-23T15:05:00.000Z')
    await say('checkout', 'release.started', { version: '3.0' })
    await clock('2026-11-23T15:06:00.000Z')
    await reads(visitor, headline('Checkout is under maintenance'))
    await page.reload()
    await page.getByRole('link', { name: 'the release it started with' }).waitFor()
    await say('checkout', 'release.succeeded', { version: '3.0' })
    await clock('2026-11-23T15:07:00.000Z')
    await reads(visitor, headline('Everything is working'))
    assert.deepEqual(faults(), [])
  } finally {
    await shop.close()
  }
})

test('through a night of daylight saving work runs when the clock on the wall says so', async () => {
  const { shop, page, visitor, clock, faults } = await begin('2027-03-26T12:00:00.000Z')
  try {
    await page.goto('/admin/maintenance/new')
    await page.getByLabel('What is done?').fill('Nightly copy')
    await page.getByRole('checkbox', { name: 'Checkout' }).check()
    await page.getByLabel('How often?').selectOption('Every day')
    await fillTimes(page, { from: '2027-03-28 03:30', to: '2027-03-28 04:30' })
    await page.getByRole('button', { name: 'Plan it and show it to customers' }).click()
    await page.getByRole('alert').getByText('there is no 03:30. Write 04:30').waitFor()
    assert.equal(faults().length, 2, 'the browser says too that it was refused')
    await fillTimes(page, { from: '2027-03-27 03:30', to: '2027-03-27 04:15' })
    await page.getByRole('button', { name: 'Plan it and show it to customers' }).click()
    await page.getByText('Planned. Customers see it now.').waitFor()

    const [quiet, cared] = ['Everything is working', 'Checkout is under maintenance']
    for (const [at, words] of [
      ['2027-03-27T01:30', cared], // 03:30, winter time
      ['2027-03-27T02:15', quiet],
      ['2027-03-28T00:59', quiet], // 02:59, the last minute before the gap
      ['2027-03-28T01:30', cared], // 04:30, summer time: there is no 03:30
      ['2027-03-28T02:15', quiet],
      ['2027-03-29T00:29', quiet],
      ['2027-03-29T00:30', cared], // 03:30, summer time
      ['2027-03-29T01:15', quiet],
    ] as const) {
      await clock(`${at}:00.000Z`)
      await reads(visitor, headline(words))
    }
    await signIn(page) // two nights later
    await page.goto('/admin/maintenance')
    await page.getByText('Sun 28 Mar 2027, 04:30 to 05:15').waitFor()
    await page.getByText('Mon 29 Mar 2027, 03:30 to 04:15').waitFor()
    assert.deepEqual(faults().slice(2), [])
  } finally {
    await shop.close()
  }
})

test('a calendar reads what repeats on both sides of daylight saving, and follows each change', async () => {
  const { shop, page, visitor, faults } = await begin('2026-10-20T12:00:00.000Z', {
    javaScriptEnabled: false,
  })
  const open = async (day: string) => {
    await page.goto('/admin/maintenance')
    for (const more of await page.getByText(/more time/).all()) await more.click()
    const own = page.getByRole('article').filter({ has: page.locator('.facts', { hasText: day }) })
    const first = own.getByRole('link', { name: 'New disks' })
    await page.getByRole('link', { name: day }).or(first).first().click()
  }
  const change = async (day: string, from: string, to: string, which = 'Only this one') => {
    await open(day)
    await page.getByRole('link', { name: 'Change or move it' }).click()
    await fillTimes(page, { from, to })
    await page.getByRole('radio', { name: which }).check()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Both times are told.').waitFor()
  }
  try {
    await page.goto('/admin/maintenance/new')
    await page.getByLabel('What is done?').fill('New disks')
    await fillTimes(page, { from: '2026-10-21 02:00', to: '2026-10-21 03:00' })
    await page.getByLabel('How often?').selectOption('Every week, on that day')
    await page.getByRole('button', { name: 'Plan it and show it to customers' }).click()
    await page.getByText('Planned. Customers see it now.').waitFor()
    await reads(visitor, (page) => page.getByText('Every week'))
    const planned = await calendar(visitor)
    assert.deepEqual(
      planned.slice(0, 3).map(({ from, to, sequence, status }) => [from, to, sequence, status]),
      [
        ['10-20T23:00', '10-21T00:00', 0, 'CONFIRMED'], // 02:00 in summer
        ['10-28T00:00', '10-28T01:00', 0, 'CONFIRMED'], // 02:00 in winter
        ['11-04T00:00', '11-04T01:00', 0, 'CONFIRMED'],
      ],
    )
    await change('Wed 28 Oct', '2026-10-29 05:00', '2026-10-29 06:00')
    await open('Wed 4 Nov')
    await page.getByRole('button', { name: 'Call it off' }).click()
    await page.getByText('It is called off.').waitFor()
    await change('Wed 21 Oct', '2026-10-22 04:00', '2026-10-22 05:30', 'This one and all later ones')
    await reads(visitor, (page) => page.getByText('Thu 22 Oct 2026, 04:00'))
    const changed = await calendar(visitor)
    assert.deepEqual(
      changed
        .map(({ uid }) => uid)
        .sort()
        .slice(0, 10),
      planned.map(({ uid }) => uid).sort(),
    )
    assert.deepEqual(
      changed.slice(0, 4).map(({ from, to, sequence, status }) => [from, to, sequence, status]),
      [
        ['10-22T01:00', '10-22T02:30', 1, 'CONFIRMED'], // 04:00 in summer
        ['10-29T03:00', '10-29T04:00', 1, 'CONFIRMED'], // moved by itself before: it keeps its time
        ['11-04T00:00', '11-04T01:00', 1, 'CANCELLED'],
        ['11-12T02:00', '11-12T03:30', 1, 'CONFIRMED'], // 04:00 in winter
      ],
    )
    await open('Thu 22 Oct')
    await page.getByRole('button', { name: 'Call off this and all that follow' }).click()
    await page.getByText('and so are all that follow.').waitFor()
    await reads(visitor, (page) => page.locator('body:not(:has(#planned))'))
    await visitor.goto('/history')
    const over = new ICAL.Component(ICAL.parse(await (await visitor.request.get('/maintenance.ics')).text()))
    const statuses = over.getAllSubcomponents('vevent').map((one) => one.getFirstPropertyValue('status'))
    assert.deepEqual([...new Set(statuses)], ['CANCELLED'])
    assert.deepEqual(faults(), [])
  } finally {
    await shop.close()
  }
})
