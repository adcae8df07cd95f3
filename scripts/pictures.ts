// `npm run pictures`: draws the README's pictures of the public page from the sample, and the cards that stand for the
// page where somebody shares it. The clock stands still and nothing comes from outside, so that the same page gives
// the same pictures on the same machine.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions } from 'playwright'
import { launchBrowser } from '../e2e/browser.ts'
import { calmDown, noon, type Shop, shopInTrouble } from '../e2e/shop.ts'
import { setStatusByHand } from '../src/components/actions.ts'
import { statusWords } from '../src/components/model.ts'
import { componentByIdOrSlug } from '../src/components/store.ts'
import { deliver } from '../src/demo/reports.ts'

const root = join(import.meta.dirname, '..')
const desk = { viewport: { width: 860, height: 1040 } }
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true }
const day = 24 * 60

const browser = await launchBrowser()
try {
  await drawPages(browser)
  await drawStale(browser)
  await drawCards(browser)
} finally {
  await browser.close()
}

async function drawPages(browser: Browser) {
  const shop = await shopInTrouble()
  shop.ship.at(noon)
  const draw = (name: string, options: BrowserContextOptions) => drawPage(browser, shop, name, options)
  await draw('incident', desk)
  await draw('incident-dark', { ...desk, colorScheme: 'dark' })
  await draw('incident-phone', phone)
  await finishRollback(shop)
  await draw('calm', desk)
  await draw('calm-phone-dark', { ...phone, colorScheme: 'dark' })
  const { id } = await componentByIdOrSlug(shop.ship, 'search')
  await setStatusByHand(shop.ship, { component_id: id, status: 'under_maintenance' })
  await draw('maintenance', desk)
  await shop.close()
}

/** The database is gone for twelve minutes, and the server answers what it knew. */
async function drawStale(browser: Browser) {
  const shop = await shopInTrouble()
  shop.ship.at(noon)
  await fetch(shop.origin)
  await shop.ship.db.destroy()
  shop.ship.wait(12)
  await drawPage(browser, shop, 'stale', desk)
  await shop.close()
}

/** The way back arrives, the incident is over, and a day goes by. */
async function finishRollback(shop: Shop) {
  const { ship } = shop
  const native = ship.db.selectFrom('sources').selectAll().where('kind', '=', 'native')
  const run = { service: 'checkout', run: 'checkout-back-to-2.13.4', version: '2.13.4', kind: 'rollback' }
  ship.wait(2)
  const body = { type: 'release.succeeded', at: ship.now().toISOString(), ...run }
  await deliver(ship, await native.executeTakeFirstOrThrow(), { headers: {}, body })
  ship.wait(15)
  await calmDown(shop)
  ship.wait(day)
}

async function drawPage(browser: Browser, shop: Shop, name: string, options: BrowserContextOptions) {
  const context = await browser.newContext({ ...options, locale: 'en-GB', timezoneId: 'Europe/Tallinn' })
  const page = await context.newPage()
  await page.clock.setFixedTime(shop.ship.now())
  await page.goto(shop.origin)
  await page.screenshot({ path: join(root, `docs/status-${name}.png`) })
  await context.close()
  console.log(`docs/status-${name}.png`)
}

async function drawCards(browser: Browser) {
  const page = await browser.newPage({ viewport: { width: 1200, height: 630 } })
  for (const [tone, says] of Object.entries({ ...statusWords, unknown: 'Not known' })) {
    await page.setContent(card(tone, says))
    await page.screenshot({ path: join(root, `public/img/card-${tone}.png`) })
    console.log(`public/img/card-${tone}.png`)
  }
}

/** Without the page's name, since every page has the same: its shape, its colour, and a word for whoever shares it. */
function card(tone: string, says: string) {
  const read = (path: string) => readFileSync(join(root, 'public', path), 'utf8')
  return `<!doctype html><style>${read('css/tokens.css')}${read('css/status.css')}
    body { margin: 0; block-size: 630px; display: grid; place-content: center start; padding-inline: 104px;
      box-sizing: border-box; background: var(--state-wash); border-block-end: 24px solid var(--state-fill);
      font-family: var(--font); color: var(--ink) }
    svg { inline-size: 176px; block-size: 176px }
    h1 { margin: 56px 0 0; font-size: 68px; line-height: 1.1; letter-spacing: -0.02em }
    p { margin: 24px 0 0; font-size: 36px; color: var(--ink-2) }
  </style><body class="state--${tone}">${read(`favicon/${tone}.svg`)}<h1>${says}</h1><p>Status</p>`
}
