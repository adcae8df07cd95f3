import { misuse } from './run.ts'

export const usage = [] as const
export async function run(): Promise<number> {
  return misuse('not yet')
}
