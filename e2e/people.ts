import type { Browser, BrowserContextOptions, Page } from 'playwright'

type Watched = { page: Page; faults: string[] }

/**
 * A person with a browser of their own (cookies apart from everybody's). `faults` collects what must never be:
 * errors in the console, broken policies (which the console tells), scripts that throw, requests to elsewhere.
 */
export async function person(
  browser: Browser,
  baseURL: string,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const context = await browser.newContext({ baseURL, locale: 'en-GB', ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  const faults: string[] = []
  const note = (words: string) => faults.push(`${new URL(page.url()).pathname}: ${words}`)
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) note(message.text())
  })
  page.on('pageerror', (error) => note(error.message))
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url())
    if (protocol !== 'data:' && origin !== baseURL) note(`asked ${request.url()}`)
  })
  page.on('response', (response) => {
    if (response.status() >= 400) note(`${response.status()} for ${response.url()}`)
  })
  return { page, faults }
}
