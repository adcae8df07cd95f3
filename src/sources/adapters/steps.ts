/** What stands for the secret of a source once it is no longer shown. */
export const shownOnce = 'the secret that was shown when this source was made'

/** The same for steps that write SECRET where it belongs; nothing while it is shown itself. */
export function sayWhichSecret(secret: string | null): string {
  return secret ? '' : 'SECRET is the one that was shown when this source was made. '
}

/** The last step of nearly every tool: how what it calls a service comes to be a component. */
export const matchedStep =
  'A service that is called like a component’s slug is matched at once; anything else waits in the inbox.'

/** The same for tools whose services are repositories of images. */
export const repositoryStep =
  'A repository whose last part is called like a component’s slug, such as acme/shop, is matched at once; others need a rule on this page.'
