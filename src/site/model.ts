import { z } from 'zod'
import { email, password } from '../accounts/model.ts'
import { isTimeZone } from '../platform/zone.ts'
import { accentTrouble } from './accent.ts'
import { hostName } from './domain.ts'
import { languages } from './words/index.ts'

export const mostLinks = 8
const mostMarkdown = 5_000

/** Which releases customers may read of: see `components/visibility.ts`. */
export const publicReleases = ['all', 'production', 'eventful', 'none'] as const

/** Whether customers read how many of them have a release: see `components/visibility.ts`. */
export const publicPercent = ['shown', 'hidden'] as const

/** Whether customers may read of releases to which nothing happened. Where not every release is told none are counted: the number would not be true. */
export function tellsEveryRelease(public_releases: string | undefined): boolean {
  return public_releases !== 'eventful' && public_releases !== 'none'
}

const SiteLink = z.object({
  label: z
    .string()
    .trim()
    .min(1, 'Give the link a name.')
    .max(40, 'The name of a link has at most 40 characters.'),
  url: z
    .string()
    .trim()
    .max(500, 'The address of a link has at most 500 characters.')
    .refine(isLink, 'The address of a link begins with https://, http:// or mailto:.'),
})
export type SiteLink = z.infer<typeof SiteLink>

/** What is left empty is set to nothing; otherwise `read` gives what it means, or says what is wrong with it. */
function orNone(read: (text: string) => { value: string } | { wrong: string }) {
  return z
    .string()
    .trim()
    .max(300, 'That is too long.')
    .nullable()
    .transform((text, ctx) => {
      if (!text) return null
      const found = read(text)
      if ('value' in found) return found.value
      ctx.addIssue({ code: 'custom', message: found.wrong, input: text })
      return z.NEVER
    })
}

const accent = orNone((text) => {
  const value = text.toLowerCase()
  if (!/^#[0-9a-f]{6}$/.test(value))
    return { wrong: 'Write the accent as # and six digits, such as #0f766e.' }
  const wrong = accentTrouble(value)
  return wrong ? { wrong } : { value }
})

const domain = orNone((text) => {
  const found = hostName(text)
  return 'name' in found ? { value: found.name } : found
})

const words = (what: string) =>
  z
    .string()
    .overwrite((text) => text.replaceAll('\r\n', '\n').trim())
    .max(mostMarkdown, `The ${what} has at most ${mostMarkdown.toLocaleString('en')} characters.`)

/** In the order of the page. What is absent stays as it is. */
export const SiteSettings = z.object({
  name: z.string().trim().min(1, 'Give the page a name.').max(80, 'A name has at most 80 characters.'),
  time_zone: z.string().trim().refine(isTimeZone, 'Use a name like Europe/Tallinn or UTC.'),
  language: z.enum(Object.keys(languages), 'Choose one of the languages that there are.').optional(),
  accent: accent.optional(),
  public_releases: z.enum(publicReleases, 'Choose which releases are public.').optional(),
  public_percent: z.enum(publicPercent, 'Choose whether customers read the percent.').optional(),
  header: words('header').optional(),
  footer: words('footer').optional(),
  links: z.array(SiteLink).max(mostLinks, `At most ${mostLinks} links.`).optional(),
  domain: domain.optional(),
  version: z.coerce.number().int().min(0).default(0),
})
export type SiteSettings = z.infer<typeof SiteSettings>

/** The settings as a form sends them, each link in two fields of a row. */
export const SettingsForm = z.preprocess((fields) => {
  const given = fields as Record<string, unknown>
  return 'links.0.label' in given ? { ...given, links: linksIn(given) } : given
}, SiteSettings)

/** The rows in which something was typed, as they were typed. */
export function linksIn(fields: Record<string, unknown>): { label: string; url: string }[] {
  const text = (name: string) => (typeof fields[name] === 'string' ? fields[name] : '')
  return Array.from({ length: mostLinks }, (_, row) => ({
    label: text(`links.${row}.label`),
    url: text(`links.${row}.url`),
  })).filter(({ label, url }) => label.trim() !== '' || url.trim() !== '')
}

/** An address that a browser follows to somewhere else: read as browsers do, who drop what is not to be seen. */
function isLink(url: string) {
  if (/[\s\p{Cc}]/u.test(url) || !URL.canParse(url)) return false
  const { protocol, hostname, pathname } = new URL(url)
  if (protocol === 'mailto:') return pathname.includes('@')
  return (protocol === 'https:' || protocol === 'http:') && hostname !== '' && /^https?:\/\//i.test(url)
}

export const Setup = z.object({
  name: SiteSettings.shape.name,
  time_zone: SiteSettings.shape.time_zone,
  email,
  password,
})
export type Setup = z.infer<typeof Setup>
