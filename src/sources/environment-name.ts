/** The one spelling of an environment's name: `Prod` and `PRODUCTION` are production. */
export function environmentName(said: string) {
  const name = said.trim().toLowerCase()
  return name === 'prod' ? 'production' : name
}
