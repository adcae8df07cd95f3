import { posix } from 'node:path'

/** Where a public address lies in an export: pages as `index.html` in a folder of their own, the rest by its name. */
export function fileOf(address: string): string {
  const { pathname, search } = new URL(address, 'http://site')
  const path = pathname.replace(/^\/+|\/+$/g, '')
  // a query becomes a part of the path, in letters that need no escape in any address or file system
  const asked = search.slice(1).replace(/[^\w=.-]+/g, '-')
  if (path.startsWith('api/v1/')) return asked ? `${path}/${asked}.json` : `${path}.json`
  if (posix.extname(path)) return posix.join(posix.dirname(path), asked, posix.basename(path))
  return posix.join(path, asked, 'index.html')
}

const links = /(\s(?:href|src|action)=")(\/(?!\/)[^"]*)(")/g

/** The addresses of our own that a page names, each once and without its fragment. */
export function linksOf(html: string): string[] {
  const found = [...html.matchAll(links)].map((match) => unescaped(match[2] ?? '').split('#')[0] ?? '')
  return [...new Set(found)]
}

/**
 * The page with every link to our own public addresses made relative, so that it works in any folder of any host, and
 * from a disk; `isPublic` tells which those are.
 */
export function withRelativeLinks(
  html: string,
  file: string,
  isPublic: (address: string) => boolean,
): string {
  return html.replace(links, (whole, before: string, link: string, after: string) => {
    const [address = '', fragment] = unescaped(link).split('#')
    if (!isPublic(address)) return whole
    const path = posix.relative(posix.dirname(file), fileOf(address))
    return `${before}${escaped(path)}${fragment === undefined ? '' : `#${fragment}`}${after}`
  })
}

/** A page without the moment at which it was made, to tell whether anything else is new. */
export function withoutMoment(html: string): string {
  return html.replace(/<time[^>]*\sdata-as-of[^>]*>[^<]*<\/time>/g, '')
}

function unescaped(text: string) {
  return text.replaceAll('&amp;', '&')
}

function escaped(text: string) {
  return text.replaceAll('&', '&amp;')
}
