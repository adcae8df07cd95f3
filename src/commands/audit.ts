import { type Verdict, verifyJournal } from '../journal/seals.ts'
import { withStore } from './open.ts'
import { misuse, type Options } from './run.ts'

export const usage = [
  [
    'audit verify [--seal SEAL]',
    'find the first line of the journal that was edited, deleted or moved; a SEAL noted earlier must still be there',
  ],
] as const

export const options = { seal: { type: 'string' } } as const

/** `shiplog audit …`; the exit code is 1 when somebody changed what was sealed. */
export async function run([verb]: string[], { seal }: Options, env: NodeJS.ProcessEnv) {
  if (verb !== 'verify') misuse('The journal can be verified: shiplog audit verify.')
  const noted = seal === undefined ? undefined : String(seal).toLowerCase()
  if (noted !== undefined && !/^[0-9a-f]{64}$/.test(noted))
    misuse('A seal is 64 characters from 0 to 9 and a to f.')
  const verdict = await withStore(env, (ctx) => verifyJournal(ctx, noted))
  for (const line of wordsOf(verdict)) console.log(line)
  return verdict.fault ? 1 : 0
}

function wordsOf({ sealed, seal, unsealed, late, fault }: Verdict): string[] {
  const told = fault
    ? [`The journal was changed. ${fault.words}`]
    : [sealed === 0 ? 'Nothing is sealed yet.' : `${lines(sealed)} as sealed. Newest seal: ${seal}`]
  if (unsealed > 0) told.push(`${lines(unsealed)} not sealed yet: nothing can be said of what is newest.`)
  if (late.count > 0)
    told.push(
      `${lines(late.count)} sealed more than an hour late, first ${late.first}: a clock was set back, or somebody put them in.`,
    )
  return told
}

function lines(count: number): string {
  return count === 1 ? '1 line is' : `${count} lines are`
}
