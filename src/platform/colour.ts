import { createRequire } from 'node:module'
import type { Oklch } from 'culori'

const require = createRequire(import.meta.url)
let loaded: typeof import('culori') | undefined

/** Loaded once a page has an accent: loading it takes a tenth of a start. */
function culori() {
  loaded ??= require('culori') as typeof import('culori')
  return loaded
}

/** How well two colours are told apart, from 1 to 21 (WCAG 2.2, "contrast ratio"). */
export function contrast(colour: string, ground: string): number {
  return culori().wcagContrast(colour, ground)
}

/**
 * The nearest colour of the same hue that reaches a contrast on every ground: darker on light ones, lighter on dark
 * ones. As `#rrggbb`; the colour itself when it does already.
 */
export function readable(
  colour: string,
  { on, ratio, by }: { on: string[]; ratio: number; by: 'darker' | 'lighter' },
): string {
  const reaches = (hex: string) => on.every((ground) => contrast(hex, ground) >= ratio)
  const own = culori().converter('oklch')(colour)
  if (!own || reaches(colour)) return colour
  // lightness alone is searched; where that much of a hue cannot be shown, its chroma gives way
  let far = by === 'darker' ? 0 : 1
  let near = own.l
  for (let step = 0; step < 16; step += 1) {
    const middle = (far + near) / 2
    if (reaches(hexAt(own, middle))) far = middle
    else near = middle
  }
  return hexAt(own, far)
}

function hexAt(colour: Oklch, l: number): string {
  const { clampChroma, formatHex } = culori()
  return formatHex(clampChroma({ ...colour, l }, 'oklch'))
}
