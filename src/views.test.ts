import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..')
const read = (pattern: string) =>
  globSync(pattern, { cwd: root }).map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }))

const stylesIn = (pattern: string) =>
  read(pattern)
    .map(({ text }) => text.replace(/\/\*.*?\*\//gs, ''))
    .join('\n')
const styles = stylesIn('public/css/**/*.css')

/** The classes that templates name and that have no rule in these styles. */
function withoutRule(templates: { file: string; text: string }[], css: string) {
  const known = new Set([...css.matchAll(/\.([a-z][\w-]*)/g)].map((match) => match[1]))
  const wrong = templates.flatMap(({ file, text }) =>
    [...text.matchAll(/class="((?:<%.*?%>|[^"<])*)"/gs)]
      // a name that is put together is known by no rule
      .flatMap((match) =>
        (match[1] ?? '')
          .replace(/<%=.*?%>/gs, '…')
          .replace(/<%.*?%>/gs, ' ')
          .split(/\s+/),
      )
      .filter((name) => !name.includes('…'))
      .filter((name) => name !== '' && !known.has(name))
      .map((name) => `${file}: ${name}`),
  )
  return [...new Set(wrong)]
}

test('every class that a template names has a rule', () => {
  assert.deepEqual(withoutRule(read('views/**/*.eta'), styles), [])
})

test('what a public page, the login or an error page names has a rule in the style that it loads', () => {
  const views = new Map(
    read('views/**/*.eta').map((one) => [one.file.slice('views'.length, -'.eta'.length), one]),
  )
  const reached = new Set(
    [...views]
      .filter(([, { text }]) => /layout\('\/layouts\/(public|plain)'|asset\('public\.css'\)/.test(text))
      .map(([name]) => name),
  )
  for (const name of ['/layouts/public', '/layouts/plain']) reached.add(name)
  for (const name of reached) {
    // a name in quotes may be included by way of a variable
    for (const [, other = ''] of (views.get(name)?.text ?? '').matchAll(/'(\/[\w/-]+)'/g)) {
      if (views.has(other) && !other.startsWith('/layouts/admin')) reached.add(other)
    }
  }
  const templates = [...reached].flatMap((name) => views.get(name) ?? [])
  assert.deepEqual(withoutRule(templates, stylesIn('public/css/{*,embed/*}.css')), [])
})

test('every colour, size and state that a style names is a token', () => {
  const given = new Set([...styles.matchAll(/(--[\w-]+)\s*:/g)].map((match) => match[1]))
  const asked = [...styles.matchAll(/var\((--[\w-]+)\s*\)/g)].map((match) => match[1])
  assert.deepEqual(
    asked.filter((name) => !given.has(name)),
    [],
  )
})

test('raw colours stand in the tokens alone, and every file says its layer', () => {
  for (const { file, text } of read('public/css/**/*.css')) {
    assert.match(text, /@layer (tokens|reset|base|layout|parts|pages|utilities)/, file)
    if (/(tokens|media)\.css$/.test(file)) continue
    assert.doesNotMatch(text, /#[0-9a-f]{3,8}\b|(rgb|hsl|oklch)a?\(|--raw-/i, file)
  }
})

test('every template is asked for, and every one that is asked for is there', () => {
  const views = read('views/**/*.eta')
  const known = views.map(({ file }) => file.slice('views'.length, -'.eta'.length))
  const asking = [...views, ...read('src/**/*.ts')].map(({ text }) => text).join('\n')
  assert.deepEqual(
    known.filter((name) => !asking.includes(`'${name}'`)),
    [],
  )
  const asked = asking.matchAll(/\b(?:layout|include|view)\((?:reply, )?'(\/[\w/-]+)'/g)
  assert.deepEqual(
    [...asked].map(([, name = '']) => name).filter((name) => !known.includes(name)),
    [],
  )
})

test('no template carries a style or a script of its own', () => {
  for (const { file, text } of read('views/**/*.eta')) {
    // data that no browser runs is no script; the helper keeps it inside
    const running = text.replace(
      /<script type="application\/ld\+json"><%~ it\.h\.json\(.*?\) %><\/script>/g,
      '',
    )
    assert.doesNotMatch(running, /\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\ssrc=)/, file)
  }
})
