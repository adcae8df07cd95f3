/** What stands around every public page: its brand and its foot. */
export const frame = {
  /** After the page's name: "Northwind status". */
  status: 'status',
  links: 'Links',
  follow: 'Follow:',
  atom: 'Atom',
  rss: 'RSS',
  json: 'JSON',
  calendar: 'calendar',
  api: 'API',
  sign_in: 'Sign in',
  operations: 'Operations',
  /** Around a long list. */
  more: 'More',
  newest: 'Newest',
  older: 'Older',
}

/** Over a page that is made up. */
export const sample = {
  name: 'Sample',
  words: 'All of this is made up, and nothing here can be changed.',
  customers: 'What customers see',
  operators: 'What operators see',
}
