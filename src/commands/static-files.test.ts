import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileOf, linksOf, withoutMoment, withRelativeLinks } from './static-files.ts'

test('each address has a file that any host serves as what it is', () => {
  const files: Record<string, string> = {
    '/': 'index.html',
    '/history/2026-10': 'history/2026-10/index.html',
    '/history.atom': 'history.atom',
    '/api/v2/incidents/unresolved.json': 'api/v2/incidents/unresolved.json',
    '/api/v1/components': 'api/v1/components.json',
    '/api/v1/components/checkout/uptime': 'api/v1/components/checkout/uptime.json',
    '/releases?cursor=abc': 'releases/cursor=abc/index.html',
    '/history?component=a%20b&show=caused': 'history/component=a-20b-show=caused/index.html',
    '/badge.svg?style=flat': 'style=flat/badge.svg',
  }
  for (const [address, file] of Object.entries(files)) assert.equal(fileOf(address), file)
})

test('no address leads out of the folder', () => {
  for (const address of [
    '/../../etc/passwd',
    '/%2e%2e/%2e%2e/x',
    '/a/..%2f..%2fb',
    '/releases?cursor=../../x',
  ]) {
    assert.doesNotMatch(fileOf(address), /^\/|(^|\/)\.\.(\/|$)/, address)
  }
})

test('links to our own pages become relative, with query and fragment; all others stay', () => {
  const html =
    '<a href="/">a</a><a href="/releases?a=1&amp;b=2#x">b</a><a href="https://x.test/">c</a><img src="//x"><a href="/login">d</a>'
  assert.deepEqual(linksOf(html), ['/', '/releases?a=1&b=2', '/login'])
  assert.equal(
    withRelativeLinks(html, 'history/2026-10/index.html', (address) => address !== '/login'),
    '<a href="../../index.html">a</a><a href="../../releases/a=1-b=2/index.html#x">b</a><a href="https://x.test/">c</a><img src="//x"><a href="/login">d</a>',
  )
})

test('a page that differs only in when it was made is the same page', () => {
  const at = (clock: string) =>
    `<p>As of <time data-as-of datetime="${clock}">${clock}</time> <time>14:00</time></p>`
  assert.equal(withoutMoment(at('14:37')), withoutMoment(at('14:38')))
  assert.match(withoutMoment(at('14:37')), /14:00/)
})
