import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** What the live page morphs with, as its makers minify it. */
const idiomorph = fileURLToPath(import.meta.resolve('idiomorph/dist/idiomorph.min.js'))

/** The live page's one file: idiomorph and what uses it in a scope of their own, without our comments and indents. */
export function withIdiomorph(own: Buffer): Buffer {
  const lean = String(own).replace(/^\s*(\/\/.*|\/\*\*.*\*\/)?\n?/gm, '')
  return Buffer.from(`(()=>{${readFileSync(idiomorph, 'utf8')}\n${lean}})()\n`)
}
