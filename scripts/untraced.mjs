// node:test follows every promise, to know which test an error belongs to that nobody waited for: a fifth of the
// processor's time where thousands of tests share a process. Imported before node:test, this keeps it from doing so.
// Such an error still fails the run (untraced.test.ts); a file that is run by its name tells whose it was.
import asyncHooks from 'node:async_hooks'

const { createHook } = asyncHooks
const hook = { enable: () => hook, disable: () => hook }
asyncHooks.createHook = () => hook
await import('node:test')
asyncHooks.createHook = createHook
