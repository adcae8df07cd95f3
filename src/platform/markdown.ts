import MarkdownIt from 'markdown-it'

const renderer = new MarkdownIt('commonmark', { html: false, linkify: false, typographer: false })
renderer.disable(['image', 'heading', 'lheading'])
renderer.validateLink = (link) => /^(https?:|mailto:)/i.test(link.trim())
renderer.renderer.rules.link_open = (tokens, index, options, _env, self) => {
  tokens[index]?.attrSet('rel', 'nofollow noopener')
  return self.renderToken(tokens, index, options)
}

/** Markdown as safe HTML: no raw HTML, no images, no headings, links only to http, https and mailto. */
export function markdown(text: string): string {
  return renderer.render(text)
}
