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
}
