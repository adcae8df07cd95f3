import { createRequire } from 'node:module'

export type Attributes = Record<string, string | number>
export type Span = {
  setAttributes(attributes: Attributes): unknown
  updateName(name: string): unknown
  setStatus(status: { code: number }): unknown
  end(): void
}
/** Where a span belongs: OpenTelemetry's context, which only its own library reads. */
export type Place = object
type Kind = { kind: number; attributes?: Attributes }
type Remote = { traceId: string; spanId: string; traceFlags: number; isRemote: true }

/** What of OpenTelemetry is used. */
export type Otel = {
  root: Place
  /** The place of whoever called, as its `traceparent` header says. */
  placeOf(remote: Remote): Place
  within(place: Place, span: Span): Place
  start(name: string, kind: Kind, place: Place): Span
  stop(): Promise<void>
}

const packages = ['api', 'resources', 'sdk-trace', 'exporter-trace-otlp-http'].map(
  (name) => `@opentelemetry/${name}`,
)
/** What brings them, in words for an operator. */
export const howToInstall = `npm install --no-save ${packages.join(' ')}`

/**
 * OpenTelemetry, where its packages are: beside ours, or in a folder that NODE_PATH names. Null where they are not: they
 * are no part of an install. The exporter reads OpenTelemetry's own variables itself.
 */
export function loadOtel(
  version: string,
  load: NodeJS.Require = createRequire(import.meta.url),
): Otel | null {
  if (!packages.every((name) => isThere(load, name))) return null
  const [api, resources, sdk, { OTLPTraceExporter }] = packages.map((name) => load(name))
  const ours = resources.resourceFromAttributes({ 'service.name': 'shiplog', 'service.version': version })
  const said = resources.detectResources({ detectors: [resources.envDetector] })
  const provider = new sdk.TracerProvider({
    resource: resources.defaultResource().merge(ours).merge(said),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.AlwaysOnSampler() }),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  })
  const tracer = provider.getTracer('shiplog', version)
  return {
    root: api.ROOT_CONTEXT,
    placeOf: (remote) => api.trace.setSpanContext(api.ROOT_CONTEXT, remote),
    within: (place, span) => api.trace.setSpan(place, span),
    start: (name, kind, place) => tracer.startSpan(name, kind, place),
    stop: () => provider.shutdown(),
  }
}

function isThere(load: NodeJS.Require, name: string) {
  try {
    return Boolean(load.resolve(name))
  } catch {
    return false
  }
}
