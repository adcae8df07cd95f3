import { parseArgs } from 'node:util'
import { ConfigError } from '../config.ts'
import { Refusal } from '../platform/refusal.ts'
import { howToMend, isDamaged, isOfTheStore } from '../platform/store-fault.ts'

export type Options = Record<string, string | boolean | undefined>
type Command = {
  /** One line each for `--help`: the words after `shiplog`, and what they do. */
  usage: readonly (readonly [words: string, meaning: string])[]
  options?: Record<string, { type: 'string' | 'boolean' }>
  run(words: string[], options: Options, env: NodeJS.ProcessEnv): Promise<number>
}

/** Loaded when asked for, so that each command is quick to start and keeps in memory only what it needs. */
const commands: Record<string, () => Promise<Command>> = {
  serve: () => import('./serve.ts'),
  migrate: () => import('./migrate.ts'),
  move: () => import('./move.ts'),
  config: () => import('./config.ts'),
  user: () => import('./user.ts'),
  secret: () => import('./secret.ts'),
  token: () => import('./token.ts'),
  source: () => import('./source.ts'),
  audit: () => import('./audit.ts'),
  search: () => import('./search.ts'),
  export: () => import('./export.ts'),
  backup: () => import('./backup.ts'),
  restore: () => import('./restore.ts'),
  outbound: () => import('./outbound.ts'),
  doctor: () => import('./doctor.ts'),
  demo: () => import('./demo.ts'),
}

/** Runs `shiplog COMMAND …`. Answers go to standard output, everything else to standard error. Returns the exit code. */
export async function runCommand(argv: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [name = '', ...rest] = argv
  const command = Object.hasOwn(commands, name) ? await commands[name]?.() : undefined
  if (name === 'help' || asksForHelp(name) || (command && rest.some(asksForHelp))) {
    console.log(command ? help([command]) : await helpOnAll())
    return 0
  }
  if (!command) {
    if (name) console.error(`There is no command “${name}”.`)
    console.error(await helpOnAll())
    return 2
  }
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

function asksForHelp(word: string) {
  return word === '--help' || word === '-h'
}

async function helpOnAll(): Promise<string> {
  return help(await Promise.all(Object.values(commands).map((load) => load())))
}

function help(listed: Command[]): string {
  const lines = listed.flatMap((command) => command.usage)
  const width = Math.max(...lines.map(([words]) => words.length))
  const rows = lines.map(([words, meaning]) => `  ${words.padEnd(width)}  ${meaning}`)
  return ['Usage: shiplog COMMAND', '', ...rows].join('\n')
}

/** PostgreSQL does not know the user, the password or the database, or does not let them do it. */
function isNoWayIn(code: string | undefined) {
  return /^(28\w{3}|3D000|42501|SQLITE_\w+)$/.test(code ?? '')
}

function explain(error: unknown): number {
  const { code, message } = error as NodeJS.ErrnoException
  const misused = code?.startsWith('ERR_PARSE_ARGS') ?? false
  if (error instanceof Refusal || error instanceof ConfigError) console.error(message)
  else if (misused)
    console.error(`${message.split('. ')[0]?.replace(/\.?$/, '.')} “shiplog help” lists what there is.`)
  else if (isOfTheStore(error) || isNoWayIn(code)) {
    console.error(`The database cannot be used (${code ?? 'gone'}): ${message || 'it cannot be reached'}`)
    if (isDamaged(error)) console.error(howToMend)
  } else console.error(error)
  return misused || (error instanceof Refusal && error.code === 'invalid') ? 2 : 1
}
