import MarkdownIt from 'markdown-it'

const renderer = new MarkdownIt('commonmark', { html: false, linkify: false, typographer: false })
renderer.disable(['image', 'heading', 'lheading'])
renderer.validateLink = (link) => /^(https?:|mailto:)/i.test(link.trim())
renderer.renderer.rules.link_open = (tokens, index, options, _env, self) => {
  tokens[index]?.attrSet('rel', 'nofollow noopener')
  return self.renderToken(tokens, index, options)
}

/** The same for texts that are long enough to have parts: whatever its level, a heading is one below the page's own. */
const parted = new MarkdownIt('commonmark', { html: false, linkify: false, typographer: false })
parted.disable(['image'])
parted.validateLink = renderer.validateLink
Object.assign(parted.renderer.rules, renderer.renderer.rules)
parted.core.ruler.push('parts', ({ tokens }) => {
  const isEmpty = (at: number) => tokens[at]?.type === 'heading_open' && tokens[at + 1]?.content === ''
  const kept = tokens.filter((_, at) => !isEmpty(at) && !isEmpty(at - 1) && !isEmpty(at - 2))
  tokens.splice(0, tokens.length, ...kept)
  for (const token of tokens) if (token.type.startsWith('heading_')) token.tag = 'h3'
})

/**
 * Markdown as safe HTML: no raw HTML, no images, links only to http, https and mailto; headings only of `parts`, and
 * then of the third level.
 */
export function markdown(text: string, parts?: 'parts'): string {
  return (parts ? parted : renderer).render(text)
}
