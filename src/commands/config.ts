import { readConfig, settingsTable } from '../config.ts'

export const usage = [
  ['config', 'print every setting, its default and its meaning; check those that are set'],
] as const

/** Prints the table of settings, after checking the ones in the environment. */
export async function run(_words: string[], _options: object, env: NodeJS.ProcessEnv): Promise<number> {
  readConfig(env)
  console.log(settingsTable())
  return 0
}
