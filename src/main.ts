import { enableCompileCache } from 'node:module'

enableCompileCache() // halves the start; must come before the modules that it is for
const { runCommand } = await import('./commands/run.ts')
process.exitCode = await runCommand(process.argv.slice(2), process.env)
