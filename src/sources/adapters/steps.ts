/** The last step of nearly every tool: how what it calls a service comes to be a component. */
export const matchedStep =
  'A service that is called like a component’s slug is matched at once; anything else waits in the inbox.'

/** The same for tools whose services are repositories of images. */
export const repositoryStep =
  'A repository whose last part is called like a component’s slug, such as acme/shop, is matched at once; others need a rule on this page.'
