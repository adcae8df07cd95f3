import type { Headline } from '../../components/headline.ts'
import { oneLine } from '../../platform/one-line.ts'
import type { Words } from '../../site/words/index.ts'
import { escaped } from '../feeds/model.ts'
import type { Home } from '../home.ts'

/** Small texts at well-known addresses. Pure; what an operator typed stays in one line. */

const day = 86_400_000

/**
 * Whom to tell of a weakness (RFC 9116): a link of the page that speaks of security or of contact, else the page
 * itself. It expires in half a year and is the same for a whole day.
 */
export function securityTxt({ site, origin }: Home, now: Date): string {
  const contact = ['security', 'contact']
    .map((word) => site.links.find(({ label }) => label.toLowerCase().includes(word)))
    .find((link) => link !== undefined && /^(https:|mailto:)/.test(link.url))
  const expires = new Date((Math.floor(now.getTime() / day) + 180) * day).toISOString()
  return lines(
    `Contact: ${contact && URL.canParse(contact.url) ? new URL(contact.url).href : `${origin}/`}`,
    `Expires: ${expires.replace('.000', '')}`,
    `Preferred-Languages: ${site.language}`,
    `Canonical: ${origin}/.well-known/security.txt`,
  )
}

/** Everything public may be found; behind the login there is nothing to find. */
export function robotsTxt({ origin }: Home): string {
  const shut = ['/admin', '/login', '/setup', '/hooks', '/api/v1/events']
  const rules = ['User-agent: *', 'Allow: /', ...shut.map((path) => `Disallow: ${path}`)]
  return lines(...rules, '', `Sitemap: ${origin}/sitemap.xml`)
}

/** What this page is and where its parts are, for language models (llmstxt.org). */
export function llmsTxt({ origin, title }: Home, now: Headline, t: Words['programs']['llms']): string {
  const link = ([path, name, what]: readonly [string, string, string]) =>
    `- [${name}](${origin}${path}): ${what}`
  return lines(
    `# ${oneLine(title)}`,
    '',
    `> ${oneLine(`${now.words}. ${now.more}`)}`,
    '',
    t.about,
    '',
    `## ${t.pages}`,
    '',
    ...t.page_links.map(link),
    '',
    `## ${t.data}`,
    '',
    ...t.data_links.map(link),
  )
}

/** The pages for people (sitemaps.org). */
export function sitemapXml(addresses: readonly string[], { origin }: Home): string {
  const urls = addresses.map((address) => `<url><loc>${escaped(origin + address)}</loc></url>`)
  return lines(
    '<?xml version="1.0" encoding="utf-8"?>',
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
    ...urls,
    '</urlset>',
  )
}

function lines(...all: string[]): string {
  return `${all.join('\n')}\n`
}
