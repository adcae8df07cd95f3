import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contrast } from '../platform/colour.ts'
import { errorsOf } from '../platform/forms.ts'
import { accentOnGrounds } from './accent.ts'
import { hostName } from './domain.ts'
import { SettingsForm, SiteSettings } from './model.ts'

const page = { name: 'Northwind', time_zone: 'UTC' }
/** What is wrong with settings, by field. */
function wrong(given: object, schema = SiteSettings) {
  const read = schema.safeParse({ ...page, ...given })
  return read.success ? {} : errorsOf(read.error)
}
const read = (given: object) => SiteSettings.parse({ ...page, ...given })

test('a domain is the name that browsers ask for, whatever way a person writes it', () => {
  for (const [typed, name] of [
    ['status.example.com', 'status.example.com'],
    [' Status.Example.COM ', 'status.example.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['status。example', 'status.example'],
    ['a-b.c0m.io', 'a-b.c0m.io'],
  ] as const) {
    assert.deepEqual(hostName(typed), { name }, typed)
  }
  assert.equal(read({ domain: '' }).domain, null)
  assert.equal(read({ domain: null }).domain, null)
  assert.equal('domain' in read({}), false, 'what is not given stays as it is')
})

test('a domain that would lead somewhere else, or nowhere, is refused in a sentence', () => {
  for (const [typed, words] of [
    ['a.com:80', /^Without a port/],
    ['a.com:', /^Without a port/],
    ['https://a.com', /^Only the name/],
    ['a.com/', /^Only the name/],
    ['a.com/evil', /^Write a host name/],
    ['a.com\\evil', /^Write/],
    ['a.com?x', /^Write/],
    ['a.com#x', /^Write/],
    ['ada@a.com', /^Write/],
    ['a.com evil.com', /^Write/],
    ['a.com\nevil.com', /^Write/],
    ['a.com%2fevil', /^Write/],
    ['a.com／evil', /^Write/],
    ['"><script>', /^Write/],
    ['*.a.com', /^Write/],
    ['-a.com', /^Write/],
    ['a..com', /^Write/],
    ['.a.com', /^Write/],
    ['a.com.', /^Write/],
    ['127.0.0.1', /^Write/],
    ['0x7f.1', /^Write/],
    ['[::1]', /^Write/],
    ['localhost', /^Write/],
    [`${'a'.repeat(64)}.com`, /^Write/],
    [`${'a.'.repeat(140)}com`, /^Write/],
  ] as const) {
    assert.match(wrong({ domain: typed }).domain ?? 'was taken', words, typed)
  }
})

test('a link leads to a page or to a mailbox, and to nothing that a browser would run or read', () => {
  const link = (url: string) => wrong({ links: [{ label: 'Help', url }] })['links.0.url']
  for (const url of ['https://example.com/a?b#c', 'http://intranet', 'mailto:help@example.com']) {
    assert.equal(link(url), undefined, url)
  }
  for (const url of [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java\nscript:alert(1)',
    ' \u0001javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    'blob:https://example.com/1',
    '//evil.example',
    '/relative',
    'https:evil',
    'https://',
    'mailto:',
    'example.com',
    'https://a b.example',
    'https://a.example/a b',
    'https://a.example/a\nb',
    '',
  ]) {
    assert.match(link(url) ?? 'was taken', /^The address of a link begins with/, url)
  }
  assert.match(wrong({ links: [{ label: ' ', url: 'https://a.example' }] })['links.0.label'] ?? '', /a name/)
  assert.match(
    wrong({ links: [{ label: 'x'.repeat(41), url: 'https://a.example' }] })['links.0.label'] ?? '',
    /40/,
  )
  assert.match(
    wrong({ links: Array(9).fill({ label: 'a', url: 'https://a.example' }) }).links ?? '',
    /At most 8/,
  )
})

test('rows of links in which nothing was typed are none, and a half-filled one says what it lacks', () => {
  const rows = {
    'links.0.label': '',
    'links.0.url': '',
    'links.3.label': 'Shop',
    'links.3.url': 'https://shop.example',
  }
  assert.deepEqual(SettingsForm.parse({ ...page, ...rows }).links, [
    { label: 'Shop', url: 'https://shop.example' },
  ])
  assert.deepEqual(SettingsForm.parse({ ...page, 'links.0.label': '' }).links, [])
  assert.equal(SettingsForm.parse(page).links, undefined)
  const half = SettingsForm.safeParse({ ...page, 'links.0.label': '', 'links.0.url': 'https://a.example' })
  assert.ok(half.error && 'links.0.label' in errorsOf(half.error))
  const many = Object.fromEntries(
    [...Array(20).keys()].flatMap((row) => [
      [`links.${row}.label`, 'a'],
      [`links.${row}.url`, 'https://a.example'],
    ]),
  )
  assert.equal(SettingsForm.parse({ ...page, ...many }).links?.length, 8, 'there are eight rows')
})

test('an accent that cannot be read is refused with its contrast and the nearest of its hue that can', () => {
  const words = wrong({ accent: '#FFCC00' }).accent ?? ''
  assert.match(words, /^#ffcc00 reaches 1\.4:1 on our paper; text needs 4\.5:1\. #[0-9a-f]{6} would do\.$/)
  const [, nearest = ''] = /(#[0-9a-f]{6}) would do/.exec(words) ?? []
  assert.equal(read({ accent: nearest }).accent, nearest, 'what is proposed is taken')
  // enough on paper, and not where text stands on a shaded panel
  assert.match(wrong({ accent: '#747474' }).accent ?? '', /shaded panels|our paper/)
})

test('every accent that is taken, and what becomes of it in the dark, is read on every ground', () => {
  let taken = 0
  for (let hue = 0; hue < 360; hue += 7) {
    for (const part of [0, 60, 120, 200, 255]) {
      const [red, green] = [Math.round(127 + 127 * Math.cos(hue)), part]
      const given = `#${[red, green, (hue * 5) % 256].map((one) => one.toString(16).padStart(2, '0')).join('')}`
      const said = wrong({ accent: given }).accent
      const accent = said ? (/(#\w{6}) would do/.exec(said)?.[1] ?? '') : given
      taken += 1
      for (const tile of accentOnGrounds(accent)) {
        assert.ok(contrast(tile.colour, tile.ground) >= 4.5, `${given} → ${tile.colour} on ${tile.ground}`)
      }
    }
  }
  assert.ok(taken > 200)
})

test('an accent that is no colour is refused, also one that would end a rule of the style', () => {
  for (const accent of ['red', '#fff', '#12345g', '#0f766e;}', '#0f766e80', 'url(#a)', 'var(--ink)']) {
    assert.match(wrong({ accent }).accent ?? 'was taken', /^Write the accent as #/, accent)
  }
})

test('texts are bounded, and choices are those that there are', () => {
  assert.match(wrong({ header: 'x'.repeat(5001) }).header ?? '', /5,000 characters/)
  assert.equal(read({ footer: `${'x\r\n'.repeat(2000)}end` }).footer?.length, 4003, 'a line end counts once')
  assert.match(wrong({ public_releases: 'some' }).public_releases ?? '', /Choose/)
  assert.match(wrong({ language: 'tlh' }).language ?? '', /Choose/)
  assert.match(wrong({ language: '__proto__' }).language ?? '', /Choose/)
})
