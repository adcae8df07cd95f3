import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'
import { owners } from './platform/tables.ts'

/** Imports point only to the left (to an earlier row); slices of one row do not know each other. */
const floors = [
  ['platform'],
  ['journal'],
  ['outbound'],
  ['accounts'],
  ['backups'],
  ['site'],
  ['components'],
  ['sources'],
  ['releases'],
  ['incidents'],
  ['rollbacks'],
  ['postmortems'],
  ['gate'],
  ['maintenance'],
  ['ingest', 'status', 'audit', 'search', 'desk', 'health'],
  ['app', 'bare-server', 'front', 'openapi', 'config', 'kept-secret', 'commands', 'demo', 'main'],
  ['testing'],
]
/** HTTP surfaces are private to their slice: only `app.ts` registers them. */
const surfaces = ['web', 'api', 'jobs']
const longestFile = 300

const root = import.meta.dirname
const files = globSync('**/*.ts', { cwd: root }).filter((file) => !file.endsWith('.test.ts'))
const text = (file: string) => readFileSync(join(root, file), 'utf8')
const room = (file: string) => file.split('/')[0]?.replace(/\.ts$/, '') ?? ''
const floor = (file: string) => floors.findIndex((rooms) => rooms.includes(room(file)))

function importsOf(file: string) {
  const found = text(file).matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)
  return [...found].map((match) => normalize(join(dirname(file), match[1] ?? '')))
}

test('every folder of the house has its place in the order', () => {
  assert.deepEqual(
    files.filter((file) => floor(file) < 0),
    [],
  )
})

test('imports point down the list', () => {
  const wrong = files.flatMap((file) =>
    importsOf(file)
      .filter((to) => !to.startsWith('..') && room(to) !== room(file) && floor(to) >= floor(file))
      .filter((to) => !(floor(file) === floor('app.ts') && floor(to) === floor('app.ts')))
      .map((to) => `${file} imports ${to}`),
  )
  assert.deepEqual(wrong, [])
})

test('the web, api and jobs of a slice are known to its own folder and app.ts alone', () => {
  const isSurface = (to: string) => surfaces.some((name) => to.endsWith(`/${name}.ts`))
  const wrong = files.flatMap((file) =>
    importsOf(file)
      .filter((to) => isSurface(to) && room(to) !== room(file) && file !== 'app.ts')
      .map((to) => `${file} imports ${to}`),
  )
  assert.deepEqual(wrong, [])
})

test('a slice writes only its own tables', () => {
  const writes = /\.(?:insertInto|updateTable|deleteFrom|replaceInto)\(\s*'(\w+)/g
  const wrong = files.flatMap((file) =>
    [...text(file).matchAll(writes)]
      .map((match) => match[1] ?? '')
      .filter((table) => !(owners[room(file) as keyof typeof owners] as readonly string[])?.includes(table))
      .map((table) => `${file} writes ${table}`),
  )
  assert.deepEqual(wrong, [])
})

test('a write names its table where it writes, and SQL as text stands only where no builder reaches', () => {
  const unnamed = /\.(?:insertInto|updateTable|deleteFrom|replaceInto|mergeInto)\((?!\s*')/
  // what copies every table alike names none
  assert.deepEqual(
    files.filter((file) => unnamed.test(text(file))),
    ['commands/move-tables.ts'],
  )
  assert.deepEqual(
    files.filter((file) => /\bsql(?:<\w+>)?[`.(]|\bCompiledQuery\.raw\(/.test(text(file))).sort(),
    [
      'commands/move-tables.ts',
      'demo/northwind.ts',
      'ingest/savepoint.ts',
      'platform/database.ts',
      'platform/migrate.ts',
      'platform/postgres-warnings.ts',
      'platform/schema.ts',
      'search/on-postgres.ts',
      'search/on-sqlite.ts',
      'testing/same-sides.ts',
      'testing/trouble.ts',
    ],
  )
})

test('inside a transaction the outer context is out of reach', () => {
  const wrong = files.flatMap((file) =>
    [...text(file).matchAll(/\binTransaction\([\w.]+, (?:async )?\((?!ctx\))[^)]*\)/g)].map(
      ([call]) => `${file}: ${call}`,
    ),
  )
  assert.deepEqual(wrong, [])
})

test('every verb says what it does', () => {
  const exported = /(\*\/\n)?^export (?:async )?function (\w+).*?^\}/gms
  const silent = files.flatMap((file) =>
    [...text(file).matchAll(exported)]
      .filter(([body, doc]) => !doc && body.includes('inTransaction('))
      .map((match) => `${file}: ${match[2]}`),
  )
  assert.deepEqual(silent, [])
})

test('nothing is exported that nobody takes', () => {
  const repository = join(root, '..')
  const all = globSync('{src,migrations,e2e,durability,bench,scripts}/**/*.ts', { cwd: repository }).filter(
    (file) => file !== 'src/house.test.ts',
  )
  const words = new Map(
    all.map((file) => [file, new Set(readFileSync(join(repository, file), 'utf8').match(/\w+/g))]),
  )
  const idle = files.flatMap((file) => {
    const given = [...text(file).matchAll(/^export (?:async )?(?:function|const|type|class) (\w+)/gm)]
    const others = [...words].filter(([other]) => other !== `src/${file}`).map(([, said]) => said)
    return given
      .filter(([, name = '']) => !others.some((said) => said.has(name)))
      .map(([, name]) => `${file}: ${name}`)
  })
  assert.deepEqual(idle, ['platform/tables.ts: everyTableHasAnOwner'])
})

test('the environment is read once, where the program begins', () => {
  assert.deepEqual(
    files.filter((file) => text(file).includes('process.env')).sort(),
    // which store the tests are to run on
    ['main.ts', 'testing/fuzz-seed.ts', 'testing/postgres.ts', 'testing/world.ts'],
  )
})

test(`no file is longer than ${longestFile} lines`, () => {
  const long = files.filter((file) => text(file).split('\n').length > longestFile)
  assert.deepEqual(long, [])
})

test('templates print raw text only for layout bodies, includes and rendered markdown and data', () => {
  const views = join(root, '../views')
  const wrong = globSync('**/*.eta', { cwd: views }).flatMap((file) =>
    [...readFileSync(join(views, file), 'utf8').matchAll(/<%~\s*([^%]*?)\s*%>/g)]
      .map((match) => match[1] ?? '')
      .filter((code) => !/^(it\.body|include\(|it\.h\.(markdown|icon|json)\()/.test(code))
      .map((code) => `${file}: <%~ ${code}`),
  )
  assert.deepEqual(wrong, [])
})
