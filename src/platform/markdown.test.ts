import assert from 'node:assert/strict'
import { test } from 'node:test'
import { markdown } from './markdown.ts'

test('emphasis, lists, code and links to the web become HTML', () => {
  assert.equal(
    markdown('**Down**: see [the log](https://example.com/a?b=1&c=2)'),
    '<p><strong>Down</strong>: see <a href="https://example.com/a?b=1&amp;c=2" rel="nofollow noopener">the log</a></p>\n',
  )
  assert.match(markdown('- one\n- two'), /<ul>\s*<li>one<\/li>/)
})

const hostile = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg/onload=alert(1)>',
  '<xmp><p title="</xmp><svg/onload=alert(1)>">',
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt:alert(1))',
  '[x](java\tscript:alert(1))',
  '[x](&#106;avascript:alert(1))',
  '[x](\u0001javascript:alert(1))',
  '[x](data:text/html,<script>alert(1)</script>)',
  '[x](vbscript:msgbox(1))',
  '<javascript:alert(1)>',
  '![x](https://example.com/pixel.png)',
  '[x]: javascript:alert(1)\n\n[x]',
  '[x](https://example.com" onmouseover="alert(1))',
  '`</code><script>alert(1)</script>`',
  '```"><script>\nalert(1)\n```',
]
for (const text of hostile) {
  test(`${JSON.stringify(text)} does nothing`, () => {
    const html = markdown(text) + markdown(`## ${text}`, 'parts')
    const tags = [...html.matchAll(/<\s*([a-z]+[1-6]?)([^>]*)>/gi)]
    for (const [tag, name, attributes] of tags) {
      assert.match(name ?? '', /^(p|a|h3|strong|em|code|pre|ul|ol|li|blockquote|br|hr)$/, tag)
      assert.doesNotMatch(attributes ?? '', /\son\w+\s*=|javascript:|data:|vbscript:/i, tag)
    }
  })
}

test('a hundred thousand brackets are read in no time to speak of', () => {
  for (const one of ['[', '*', '`', '>', '&amp', '|a'])
    assert.ok(markdown(one.repeat(100_000 / one.length)).length > 0)
})

test('a long text may have parts, all of one level, and none without words', () => {
  assert.equal(markdown('# Why'), '<p># Why</p>\n')
  assert.equal(
    markdown('# Why\n\n#\n\n#### How\n\nSo\n==', 'parts'),
    '<h3>Why</h3>\n<h3>How</h3>\n<h3>So</h3>\n',
  )
})
