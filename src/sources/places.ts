import { z } from 'zod'
import type { Setting } from './adapter.ts'
import { fits, globOf } from './globs.ts'

type Place = { pattern: string; environment: string }

/**
 * A setting that lists names (or patterns with `*`), with a comma between two; after “=” stands the environment, and
 * without it, production.
 */
export function placesSetting(label: string, hint: string, optional?: true): Setting {
  const schema = z
    .string()
    .min(1, 'Name at least one.')
    .max(5000)
    .refine((list) => placesIn(list).length <= 50, 'At most 50 names.')
    .refine(
      (list) => placesIn(list).every(({ pattern, environment }) => pattern !== '' && environment !== ''),
      'Write each as “name” or “name = environment”, with a comma between two.',
    )
  return { label, hint, schema, ...(optional && { optional }) }
}

/** The environment of the first entry that one of these names fits; undefined when none does. */
export function placeOf(list: string | undefined, ...names: (string | null | undefined)[]) {
  const said = names.filter((name) => typeof name === 'string')
  return placesIn(list ?? '').find(({ pattern }) => said.some((name) => fits(globOf(pattern), name)))
    ?.environment
}

function placesIn(list: string): Place[] {
  const entries = list.split(/[,\n]/).filter((entry) => entry.trim() !== '')
  return entries.map((entry) => {
    const [pattern = '', ...environment] = entry.split('=')
    const named = environment.length > 0 ? environment.join('=') : 'production'
    return { pattern: pattern.trim(), environment: named.trim() }
  })
}
