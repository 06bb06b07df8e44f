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
    components: {
      schemas: { ProblemDetails },
      securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: 'session' } },
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
    ...(route.open === true ? { security: [] } : { security: [{ session: [] }] }),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: route.body } } } }),
    responses: {
      [route.status]: {
        description: route.summary,
        ...(route.answer === undefined ? {} : { content: { 'application/json': { schema: route.answer } } }),
      },
      default: {
        description: 'a problem',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemDetails' } } },
      },
    },
  };
}

function members(schema: unknown): Record<string, unknown> {
  return (schema as { properties?: Record<string, unknown> } | undefined)?.properties ?? {};
}
