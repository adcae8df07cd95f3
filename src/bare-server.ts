import { randomUUID } from 'node:crypto'
import fastify, { LogController } from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { GuardSettings } from './accounts/guard.ts'
import type { Config } from './config.ts'
import type { Front } from './front.ts'
import { readableUrl } from './platform/bodies.ts'
import type { App } from './platform/http.ts'
import { logging } from './platform/logging.ts'
import { answerUnreadable } from './platform/unreadable.ts'

export type ServerSettings = Pick<Config, 'url' | 'trusted_proxies' | 'log_level' | 'secret'>

/** Limits against slow and large requests; a stop lets requests end before it closes. */
export function bareServer(config: ServerSettings, front?: Front): App {
  const app = fastify({
    ...(front ? { serverFactory: front.serverFactory } : {}),
    logger: logging(config.log_level),
    logController: new LogController({ disableRequestLogging: true }), // answerError logs what is refused or fails
    genReqId: () => randomUUID(),
    trustProxy: config.trusted_proxies.length > 0 ? config.trusted_proxies : false,
    bodyLimit: 64 * 1024,
    requestTimeout: 10_000,
    connectionTimeout: 20_000,
    keepAliveTimeout: 5_000,
    http: { headersTimeout: 8_000, connectionsCheckingInterval: 1_000 },
    rewriteUrl: readableUrl,
    clientErrorHandler: answerUnreadable,
    routerOptions: { maxParamLength: 16 * 1024 }, // no header is longer; each route bounds its own
    forceCloseConnections: 'idle',
    return503OnClosing: false, // who spoke before the connection ended is answered
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.decorateRequest('ctx')
  return app
}

/** What the guard has to know of where the server is. */
export function guardSettings({ url }: ServerSettings): Omit<GuardSettings, 'sample'> {
  const secure = url?.startsWith('https:') ?? false
  const session = secure ? '__Host-shiplog' : 'shiplog'
  return { origin: url, cookies: { session, pre: `${session}-pre`, secure } }
}

/** One policy for every answer: no inline script or style, nothing from elsewhere, no frames. */
export function securityHeaders(https: boolean) {
  const own = ["'self'"]
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: own,
        styleSrc: own,
        imgSrc: ["'self'", 'data:'],
        connectSrc: own,
        formAction: own,
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
        ...(https ? { upgradeInsecureRequests: [] } : {}),
      },
    },
    hsts: https ? { maxAge: 31_536_000 } : (false as const),
    referrerPolicy: { policy: 'same-origin' as const },
    frameguard: { action: 'deny' as const },
    // what browsers do by themselves today, or only those of the past did when told
    dnsPrefetchControl: false,
    originAgentCluster: false,
    ieNoOpen: false,
    permittedCrossDomainPolicies: false,
    xssFilter: false,
  }
}
