import { createRequire } from 'node:module'
import type { Page } from 'playwright'

// The library itself, as its companion for Playwright brings it. The companion sends it to the page anew for every
// look, which takes three times as long as looking.
const library = createRequire(import.meta.resolve('@axe-core/playwright'))('axe-core') as { source: string }

const everything = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
/** Another scheme changes colours and nothing else. */
const colours = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] }
/** Not on by itself yet: what is pressed is at least 24 px. */
const size = { 'target-size': { enabled: true } }
/** A screen of another width changes places and sizes, and no colour; to compare colours takes most of the time. */
const placesAlone = { ...size, 'color-contrast': { enabled: false } }
export const phone = 390
export const desk = 1280
const narrowest = 320

/**
 * What is wrong with the page as it stands: on a phone and on a desk, and in the dark where most is shown at once (or on
 * a phone alone, by light). One sentence for each fault. Nothing may be wider than the narrowest screen, either.
 */
export async function faultsOf(page: Page, widths = [phone, desk]): Promise<string[]> {
  await openEverything(page)
  await page.evaluate(library.source)
  const faults = await outlineFaults(page)
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 })
    const rules = width === widths.at(-1) ? size : placesAlone
    faults.push(...(await axeFaults(page, `${width} px, light`, everything, rules)))
  }
  if (widths.length === 1) return faults
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
  return [...faults, ...(await axeFaults(page, `${widths.at(-1)} px, dark`, colours, {}))]
}

/** What is folded away has to be right too. */
function openEverything(page: Page) {
  return page.locator('details').evaluateAll((all) => {
    for (const details of all) details.setAttribute('open', '')
  })
}

async function axeFaults(page: Page, where: string, runOnly: object, rules: object): Promise<string[]> {
  const options = JSON.stringify({ resultTypes: ['violations'], preload: false, rules, runOnly })
  const found: { id: string; nodes: { target: string[] }[] }[] = await page.evaluate(
    `axe.run(${options}).then((result) => result.violations)`,
  )
  return found.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')} (${where})`))
}

async function outlineFaults(page: Page) {
  await page.setViewportSize({ width: narrowest, height: 900 })
  const wide = await page.locator('html').evaluate((html) => html.scrollWidth)
  // a page that is shown within a page brings its own
  const headings = await page.locator('h1:not(.preview h1)').count()
  const faults: string[] = []
  if (wide > narrowest) faults.push(`is ${wide} px wide where ${narrowest} px are all there is`)
  if (headings !== 1) faults.push(`has ${headings} first headings`)
  return faults
}
