// The stories that need no process of their own, which share one browser.
import './untraced.mjs'
import { shared } from './which-stories.mjs'

for (const file of shared) await import(`../${file}`)
