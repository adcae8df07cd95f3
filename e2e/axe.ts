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
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  await page.setViewportSize({ width: narrowest, height: 900 })
  const faults = await outlineFaults(page)
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 })
    const rules = width === widths.at(-1) ? size : placesAlone
    faults.push(...(await axeFaults(page, `${width} px, light`, everything, rules)))
  }
  if (widths.length === 1) return faults
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
  return [...faults, ...(await axeFaults(page, `${widths.at(-1)} px, dark`, colours, {}))]
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
