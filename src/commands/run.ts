import { parseArgs } from 'node:util'
import { ConfigError } from '../config.ts'
import { Refusal } from '../platform/refusal.ts'
import * as config from './config.ts'
import * as demo from './demo.ts'
import * as migrate from './migrate.ts'
import * as serve from './serve.ts'
import * as source from './source.ts'
import * as token from './token.ts'
import * as user from './user.ts'

export type Options = Record<string, string | boolean | undefined>
export type Command = {
  /** One line each for `--help`: the words after `shiplog`, and what they do. */
  usage: readonly (readonly [words: string, meaning: string])[]
  options?: Record<string, { type: 'string' | 'boolean' }>
  run(words: string[], options: Options, env: NodeJS.ProcessEnv): Promise<number>
}

const commands: Record<string, Command> = { serve, migrate, config, user, token, source, demo }

/** Runs `shiplog COMMAND …`. Answers go to standard output, everything else to standard error. Returns the exit code. */
export async function runCommand(argv: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [name = 'help', ...rest] = argv
  const command = commands[name]
  if (!command) return help(name === 'help' || name === '--help' ? 0 : 2)
  try {
    const { values, positionals } = parseArgs({
      args: rest,
      options: command.options ?? {},
      allowPositionals: true,
    })
    return await command.run(positionals, values as Options, env)
  } catch (error) {
    return explain(error)
  }
}

/** A misuse of the command line: the words that were not understood. */
export function misuse(words: string): never {
  throw new Refusal('invalid', words)
}

function help(code: number): number {
  const lines = Object.values(commands).flatMap((command) => command.usage)
  const width = Math.max(...lines.map(([words]) => words.length))
  console.error('Usage: shiplog COMMAND\n')
  for (const [words, meaning] of lines) console.error(`  ${words.padEnd(width)}  ${meaning}`)
  return code
}

function explain(error: unknown): number {
  const { code, message } = error as NodeJS.ErrnoException
  if (error instanceof Refusal || error instanceof ConfigError) console.error(message)
  else if (code?.startsWith('ERR_PARSE_ARGS')) console.error(message)
  else if (code?.startsWith('SQLITE_')) console.error(`The database cannot be used (${code}): ${message}`)
  else console.error(error)
  return error instanceof Refusal && error.code === 'invalid' ? 2 : 1
}
