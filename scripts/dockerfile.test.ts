import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { validate } from 'dockerfile-utils'
import { lts } from './runtime.mjs'

const root = join(import.meta.dirname, '..')
const dockerfile = read('Dockerfile')

function read(file: string) {
  return readFileSync(join(root, file), 'utf8')
}

function complaints(text: string) {
  return validate(text).map(({ range, message }) => `line ${range.start.line + 1}: ${message}`)
}

test('the linter has nothing to say about the Dockerfile', () => {
  assert.deepEqual(complaints(dockerfile), [])
})

test('the linter would have spoken up', () => {
  assert.notDeepEqual(complaints(dockerfile.replace('WORKDIR /app', 'WORKDIR app')), [])
  assert.notDeepEqual(complaints(dockerfile.replace('EXPOSE 8080', 'EXPOSE port')), [])
})

test('the image runs on the Node that a start would fetch, as an ordinary user', () => {
  const images = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map((match) => match[1])
  assert.deepEqual(images, [`node:${lts}-slim`, `node:${lts}-slim`])
  assert.ok(dockerfile.indexOf('\nUSER node\n') > dockerfile.lastIndexOf('\nRUN '))
  assert.match(dockerfile, /\nCMD \["node", "src\/main\.ts", "serve"\]\n$/)
})

test('only what the program runs on goes into the image', () => {
  const [everything, ...rules] = read('.dockerignore')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'))
  assert.equal(everything, '*')
  for (const never of ['node_modules', 'data', '.git', 'e2e', 'scripts'])
    assert.ok(!rules.includes(`!${never}`))
  for (const file of ['package.json', 'package-lock.json', 'src', 'migrations', 'LICENSE']) {
    assert.ok(rules.includes(`!${file}`) && existsSync(join(root, file)), file)
  }
})

test('the health check is one that Node can read', () => {
  const check = dockerfile.match(/CMD (\["node", "-e", .+\])$/m)?.[1]
  assert.ok(check)
  const [, , code] = JSON.parse(check)
  assert.doesNotThrow(() => new Function(code))
  assert.match(code, /\/livez/)
})
