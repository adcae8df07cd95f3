import fastifySwagger from '@fastify/swagger'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import { anyone } from './accounts/guard.ts'
import type { App } from './platform/http.ts'

/** Generates `/openapi.json` (3.1) from the schemas that the API's routes carry. */
export async function registerOpenApi(app: App) {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Shiplog',
        version: '1',
        description: 'Releases, rollbacks, incidents and status. Errors are problem JSON (RFC 9457).',
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
    transform: (route) => {
      const api = route.url.startsWith('/api/') || route.url.startsWith('/hooks/')
      return jsonSchemaTransform(api ? route : { ...route, schema: { ...route.schema, hide: true } })
    },
  })
  app.get('/openapi.json', { config: { policy: anyone }, schema: { hide: true } }, () => app.swagger())
}
