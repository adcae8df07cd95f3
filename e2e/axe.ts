import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright'

// The library itself, without its comments, as its companion for Playwright brings it. The companion sends it to the
// page anew for every look, which takes three times as long as looking.
const brought = createRequire(import.meta.resolve('@axe-core/playwright'))
const library = readFileSync(brought.resolve('axe-core/axe.min.js'), 'utf8')

const everything = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
/** Another scheme changes colours and nothing else. */
const colours = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] }
/** Not on by itself yet: what is pressed is at least 24 px. */
const size = { 'target-size': { enabled: true } }
/** To compare colours takes most of the time. */
const noColours = { 'color-contrast': { enabled: false } }
/** A screen of another width changes sizes, and what is folded away; no colour, and no word of what stands there. */
const places = {
  type: 'rule',
  values: [
    ...['target-size', 'scrollable-region-focusable', 'aria-hidden-focus', 'skip-link', 'region'],
    ...['button-name', 'link-name', 'label', 'heading-order', 'empty-heading', 'landmark-one-main'],
  ],
}
export const phone = 390
export const desk = 1280
const narrowest = 320

/**
 * What is wrong with the page as it stands: on a phone what a width changes, on a desk everything, and in the dark
 * where most is shown at once. One sentence for each fault. Nothing may be wider than the narrowest screen, either.
 */
export async function faultsOf(page: Page): Promise<string[]> {
  const faults = await narrowFaults(page)
  await page.setViewportSize({ width: phone, height: 900 })
  faults.push(...(await axeFaults(page, `${phone} px, light`, places, {})))
  await page.setViewportSize({ width: desk, height: 900 })
  faults.push(...(await axeFaults(page, `${desk} px, light`, everything, size)))
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
  return [...faults, ...(await axeFaults(page, `${desk} px, dark`, colours, {}))]
}

/** The same on a phone alone, by light; without comparing colours where all have been compared before. */
export async function faultsOnPhone(page: Page, { compare = true } = {}): Promise<string[]> {
  const faults = await narrowFaults(page)
  await page.setViewportSize({ width: phone, height: 900 })
  const rules = compare ? size : { ...size, ...noColours }
  return [...faults, ...(await axeFaults(page, `${phone} px, light`, everything, rules))]
}

async function narrowFaults(page: Page) {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  await page.setViewportSize({ width: narrowest, height: 900 })
  return outlineFaults(page)
}

async function axeFaults(page: Page, where: string, runOnly: object, rules: object): Promise<string[]> {
  const options = JSON.stringify({ resultTypes: ['violations'], preload: false, rules, runOnly })
  const found: { id: string; nodes: { target: string[] }[] }[] = await page.evaluate(
    `axe.run(${options}).then(({ violations }) =>
      violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ target }) => ({ target })) })))`,
  )
  return found.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')} (${where})`))
}

/** In one look, which also leaves the library there. What is folded away is opened: it has to be right too. */
const outline = `${library}
  for (const details of document.querySelectorAll('details')) details.open = true;
  ({
    wide: document.documentElement.scrollWidth,
    // a page that is shown within a page brings its own
    headings: document.querySelectorAll('h1:not(.preview h1)').length,
  })`

async function outlineFaults(page: Page) {
  const { wide, headings }: { wide: number; headings: number } = await page.evaluate(outline)
  const faults: string[] = []
  if (wide > narrowest) faults.push(`is ${wide} px wide where ${narrowest} px are all there is`)
  if (headings !== 1) faults.push(`has ${headings} first headings`)
  return faults
}
