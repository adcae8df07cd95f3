import { type Feed, type FeedEntry, xmlText } from './model.ts'

/** A feed in each of the formats that readers know. The generator is large and is only loaded once it is used. */
const generator = () => import('feedsmith')

/** Atom 1.0 (RFC 4287), with the titles plain, as Statuspage's are. */
export async function atomFeed(feed: Feed): Promise<string> {
  const { generateAtomFeed } = await generator()
  const xml = generateAtomFeed({
    id: feed.id,
    title: { value: xmlText(feed.title) },
    subtitle: { value: xmlText(feed.subtitle) },
    updated: new Date(feed.updated_at),
    links: [
      { rel: 'alternate', type: 'text/html', href: feed.home_url },
      { rel: 'self', type: 'application/atom+xml', href: feed.self_url },
    ],
    authors: [{ name: xmlText(feed.author) }],
    entries: feed.entries.map(atomEntry),
  })
  return tight(xml)
}

function atomEntry({ id, title, url, html, published_at, updated_at }: FeedEntry) {
  return {
    id,
    title: { value: xmlText(title) },
    published: new Date(published_at),
    updated: new Date(updated_at),
    links: [{ rel: 'alternate', type: 'text/html', href: url }],
    content: { type: 'html', value: xmlText(html) },
  }
}

/** RSS 2.0; an item's guid is its page. */
export async function rssFeed(feed: Feed): Promise<string> {
  const { generateRssFeed } = await generator()
  const xml = generateRssFeed({
    title: xmlText(feed.title),
    description: xmlText(feed.subtitle),
    link: feed.home_url,
    language: feed.language,
    lastBuildDate: new Date(feed.updated_at),
    atom: { links: [{ rel: 'self', type: 'application/rss+xml', href: feed.self_url }] },
    items: feed.entries.map(({ title, url, html, published_at }) => ({
      title: xmlText(title),
      description: xmlText(html),
      link: url,
      guid: { value: url, isPermaLink: true },
      pubDate: new Date(published_at),
    })),
  })
  return tight(xml)
}

/** The generator indents texts that hold markup; not every reader takes the spaces off again. */
function tight(xml: string): string {
  return xml.replace(/>\s+<!\[CDATA\[/g, '><![CDATA[').replace(/\]\]>\s+<\//g, ']]></')
}

/** JSON Feed 1.1. */
export function jsonFeed(feed: Feed): object {
  return {
    version: 'https://jsonfeed.org/version/1.1',
    title: feed.title,
    home_page_url: feed.home_url,
    feed_url: feed.self_url,
    description: feed.subtitle,
    language: feed.language,
    authors: [{ name: feed.author, url: feed.home_url }],
    items: feed.entries.map(({ id, url, title, html, published_at, updated_at, tags }) => ({
      id,
      url,
      title,
      content_html: html,
      date_published: published_at,
      date_modified: updated_at,
      tags,
    })),
  }
}
