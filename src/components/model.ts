import { z } from 'zod'
import { en } from '../site/words/en.ts'

/** Component statuses, worst first: the first that applies is the component's status. */
export const componentStatuses = [
  'major_outage',
  'partial_outage',
  'degraded_performance',
  'under_maintenance',
  'operational',
] as const
export type ComponentStatus = (typeof componentStatuses)[number]

/** The word for each status, as operators read it; pages for customers say it in their language. */
export const statusWords: Record<ComponentStatus, string> = en.status

/** The worst of several statuses; operational when there are none. */
export function worstStatus(statuses: Iterable<string>): ComponentStatus {
  const present = new Set(statuses)
  return componentStatuses.find((status) => present.has(status)) ?? 'operational'
}

export const visibilities = ['public', 'private'] as const

/** The statuses that an incident may give a component: maintenance is planned, never an incident. */
export const incidentStatuses = [
  'operational',
  'degraded_performance',
  'partial_outage',
  'major_outage',
] as const satisfies readonly ComponentStatus[]

const name = z.string().trim().min(1, 'Give it a name.').max(100, 'A name has at most 100 characters.')
const description = z.string().trim().max(1000, 'A description has at most 1000 characters.')
const slugText = z
  .string()
  .trim()
  .max(60, 'A slug has at most 60 characters.')
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'A slug has small letters, digits and single hyphens only.')
const startedOn = z.iso.date('Write the day as 2026-11-23.').or(z.literal('')).optional()
/** Where people are found: an address that a browser follows, or nothing. */
const place = z
  .string()
  .trim()
  .max(500, 'An address has at most 500 characters.')
  .refine(
    (text) => text === '' || isWebAddress(text),
    'Give an address that begins with https:// or http://.',
  )

function isWebAddress(text: string) {
  return /^https?:\/\//i.test(text) && !/[\s\p{Cc}]/u.test(text) && URL.canParse(text)
}

const owners = z.string().trim().max(200, 'At most 200 characters.')
/** Who runs a component, and where they are found; only operators read it. */
const whoRunsIt = {
  owners: owners.optional(),
  owners_url: place.optional(),
  chat_url: place.optional(),
  runbook_url: place.optional(),
}

const version = z.coerce.number().int().optional()

/** `group` is a group's id or its name; an empty one means none. */
export const NewComponent = z.object({
  name,
  slug: slugText.or(z.literal('')).optional(),
  description: description.default(''),
  group: z.string().trim().max(100).nullish(),
  visibility: z.enum(visibilities).default('public'),
  started_on: startedOn,
  ...whoRunsIt,
})
export type NewComponent = z.input<typeof NewComponent>

export const ComponentChange = z.object({
  name: name.optional(),
  slug: slugText.or(z.literal('')).optional(),
  description: description.optional(),
  group: z.string().trim().max(100).nullish(),
  visibility: z.enum(visibilities).optional(),
  started_on: startedOn,
  ...whoRunsIt,
  version,
})
export type ComponentChange = z.output<typeof ComponentChange>

export const NewGroup = z.object({ name })
export type NewGroup = z.output<typeof NewGroup>
export const GroupChange = z.object({ name: name.optional(), version })
export type GroupChange = z.output<typeof GroupChange>

/** One step up or down, or a place counted from 0. */
export const Move = z.object({
  to: z.enum(['up', 'down']).or(z.coerce.number().int().min(0).max(100_000)),
})
export type Move = z.output<typeof Move>

export const StatusByHand = z.object({ status: z.enum(componentStatuses) })
export const Hidden = z.object({ visibility: z.enum(visibilities) })

/** Letters that fall apart into a base letter and an accent need no line here. */
const letters: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
  ...pairs(
    'абвгдеёжзийклмнопрстуфхцчшщъыьэюяєіїґ',
    'a b v g d e e zh z i i k l m n o p r s t u f h ts ch sh shch . y . e yu ya ye i yi g',
  ),
  ...pairs('αβγδεζηθικλμνξοπρστυφχψως', 'a v g d e z i th i k l m n x o p r s t y f ch ps o s'),
}

function pairs(from: string, to: string) {
  const sounds = to.split(' ').map((sound) => (sound === '.' ? '' : sound))
  return Object.fromEntries([...from].map((letter, index) => [letter, sounds[index] ?? '']))
}

/** "Payments API" → "payments-api", "Kõned & SMS" → "koned-sms"; "component" when nothing can be spelt. */
export function slugOf(words: string): string {
  const spelt = words
    .toLowerCase()
    .normalize('NFKC')
    .replace(/[^\p{ASCII}]/gu, (letter) => letters[letter] ?? letter)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 56)
    .replace(/^-+|-+$/g, '')
  return spelt || 'component'
}

/** The slug, or the first of `slug-2`, `slug-3`… that is not taken. */
export function freeSlug(slug: string, taken: ReadonlySet<string>): string {
  if (!taken.has(slug)) return slug
  for (let count = 2; ; count++) {
    if (!taken.has(`${slug}-${count}`)) return `${slug}-${count}`
  }
}

/** The list with the one at `from` moved one step, or to a place; places off the end are the end. */
export function moved<T>(list: readonly T[], from: number, to: Move['to']): T[] {
  const place = to === 'up' ? from - 1 : to === 'down' ? from + 1 : to
  const rest = list.filter((_, index) => index !== from)
  const one = list.slice(from, from + 1)
  const at = Math.min(Math.max(place, 0), rest.length)
  return [...rest.slice(0, at), ...one, ...rest.slice(at)]
}

/** Customers' words for a status, as an operator chooses it. */
const levelWords: Record<ComponentStatus, string> = {
  operational: 'Works',
  degraded_performance: 'Degraded',
  partial_outage: 'Partly down',
  major_outage: 'Down',
  under_maintenance: 'Maintenance',
}

/** The choices of a status, mildest first, for a row of radio buttons. */
export function levels(statuses: readonly ComponentStatus[], chosen: string) {
  return statuses.map((value) => ({ value, words: levelWords[value], checked: value === chosen }))
}
