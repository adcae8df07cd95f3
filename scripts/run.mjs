#!/usr/bin/env node
// Every npm script begins here: `node scripts/run.mjs FILE ARGUMENTS` runs FILE on a Node that is new
// enough, with its packages installed. Standard output belongs to FILE alone.
import { readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runToEnd } from './child.mjs'
import { installPackages } from './packages.mjs'
import { cacheFolder, findRuntime } from './runtime.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const [file, ...args] = process.argv.slice(2)

try {
  if (!file) throw new Error('Say which file to run: node scripts/run.mjs src/main.ts serve')

  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const node = findRuntime(engines.node)
  process.env.PATH = dirname(node) + delimiter + process.env.PATH
  // What is compiled once is kept: the program starts sooner and needs 15 MB less.
  process.env.NODE_COMPILE_CACHE ||= join(cacheFolder(), '..', 'compiled')
  installPackages(root, node, !file.startsWith('src/'))
  process.exitCode = await runToEnd(node, [join(root, file), ...args])
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
