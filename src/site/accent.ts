import { contrast, readable } from '../platform/colour.ts'

/** The grounds that text stands on, as `public/css/tokens.css` has them, with what to call each. */
export const grounds = {
  light: { '#faf9f6': 'our paper', '#ffffff': 'white cards', '#f1efe9': 'shaded panels' },
  dark: { '#0e1116': 'dark paper', '#161a21': 'dark cards', '#1d222b': 'dark panels' },
}
/** WCAG 2.2, 1.4.3: what text needs. */
const ratio = 4.5
/** On a dark ground thin letters want more than that to be read with ease. */
const ratioInTheDark = 6

/** Why an accent will not do, with the nearest of its hue that does; null when text in it can be read. */
export function accentTrouble(accent: string): string | null {
  const lacking = Object.entries(grounds.light).find(([ground]) => contrast(accent, ground) < ratio)
  if (!lacking) return null
  const [ground, name] = lacking
  // rounded down, so that what falls short by a hair does not read as enough
  const reached = Math.floor(contrast(accent, ground) * 10) / 10
  return `${accent} reaches ${reached.toFixed(1)}:1 on ${name}; text needs ${ratio}:1. ${nearestOnLight(accent)} would do.`
}

function nearestOnLight(accent: string) {
  return readable(accent, { on: Object.keys(grounds.light), ratio, by: 'darker' })
}

/** The accent of the dark theme: the same hue, light enough to be read there. */
function accentInTheDark(accent: string): string {
  return readable(accent, { on: Object.keys(grounds.dark), ratio: ratioInTheDark, by: 'lighter' })
}

/**
 * What `public.css` ends in on a page with an accent: its links (those in headings stay
 * as they are), its focus and the flag of the mark.
 */
export function accentRules(accent: string | null): string {
  if (accent === null) return ''
  if (last.accent !== accent) last = { accent, rules: rulesOf(accent) }
  return last.rules
}

/** A page has one accent at a time, and is asked for it with every page that it makes. */
let last = { accent: '', rules: '' }

function rulesOf(accent: string) {
  const raw = (colour: string) => `:root{--raw-blue:${colour};--raw-flag:${colour}}`
  const dark = `@media screen and (prefers-color-scheme:dark){${raw(accentInTheDark(accent))}}`
  return `@layer tokens{${raw(accent)}${dark}}@layer base{a{color:var(--link)}:is(h1,h2,h3) a{color:inherit}}`
}

/** How an accent reads on each ground: for the preview beside its field. */
export function accentOnGrounds(accent: string) {
  const shown = (colour: string, all: Record<string, string>) =>
    Object.entries(all).map(([ground, name]) => {
      const reached = Math.floor(contrast(colour, ground) * 10) / 10
      return { ground, name, colour, ratio: reached.toFixed(1), enough: contrast(colour, ground) >= ratio }
    })
  return [...shown(accent, grounds.light), ...shown(accentInTheDark(accent), grounds.dark)]
}
