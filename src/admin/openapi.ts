import { AlertEvent } from '../contracts/alerts.ts';
import { ProblemDetails, type RouteContract, routes } from '../contracts/http.ts';

/** OpenAPI 3.1, made from the schemas that the server validates with. */
export function openApiDocument(version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const [name, route] of Object.entries<RouteContract>(routes)) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] ??= {};
    paths[path][route.method.toLowerCase()] = operation(name, route);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'PBX Calendar Agent: admin API',
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    webhooks: { alert: { post: alertWebhook() } },
    components: {
      schemas: { ProblemDetails, AlertEvent },
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'session' },
        token: { type: 'http', scheme: 'bearer', description: 'an API token, made under Settings > API tokens' },
      },
    },
  };
}

function operation(operationId: string, route: RouteContract): object {
  const parameters = [
    ...Object.entries(members(route.params)).map(([name, schema]) => ({ name, in: 'path', required: true, schema })),
    ...Object.entries(members(route.query)).map(([name, schema]) => ({ name, in: 'query', required: false, schema })),
  ];
  return {
    operationId,
    summary: route.summary,
    ...(route.role === 'anyone'
      ? { security: [] }
      : { security: [{ session: [] }, { token: [] }], 'x-role': route.role }),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.body === undefined
      ? {}
      : {
          requestBody: { required: true, content: { [route.consumes ?? 'application/json']: { schema: route.body } } },
        }),
    responses: {
      [route.status]: {
        description: route.summary,
        ...(route.answer === undefined ? {} : { content: { 'application/json': { schema: route.answer } } }),
        ...(route.media === undefined ? {} : { content: { [route.media]: { schema: { type: 'string' } } } }),
      },
      default: {
        description: 'a problem',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemDetails' } } },
      },
    },
  };
}

/** What the agent sends to the webhook under Settings > Alerts. */
function alertWebhook(): object {
  const header = (name: string, description: string) => ({
    name,
    in: 'header',
    required: true,
    description,
    schema: { type: 'string' },
  });
  return {
    operationId: 'alert',
    summary: 'A problem opened or closed, or a test (CloudEvents 1.0, signed as Standard Webhooks asks)',
    security: [],
    parameters: [
      header('webhook-id', 'the same for every attempt at the same message'),
      header('webhook-timestamp', 'seconds since the epoch, of this attempt'),
      header('webhook-signature', 'v1, and the HMAC-SHA256 of "{id}.{timestamp}.{body}" in base64'),
    ],
    requestBody: {
      required: true,
      content: { 'application/cloudevents+json': { schema: { $ref: '#/components/schemas/AlertEvent' } } },
    },
    responses: { '2XX': { description: 'taken' }, default: { description: 'tried again by itself' } },
  };
}

function members(schema: unknown): Record<string, unknown> {
  return (schema as { properties?: Record<string, unknown> } | undefined)?.properties ?? {};
}
