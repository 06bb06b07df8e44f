import { readFileSync } from 'node:fs';
import { ApiError, badRequest } from './api-error.ts';
import type { Json, JsonObject } from './types.ts';

export interface Parameter {
  type: string;
  location?: string;
  required?: boolean;
  repeated?: boolean;
  enum?: string[];
  minimum?: string;
  maximum?: string;
  format?: string;
}

export interface Schema {
  id?: string;
  type?: string;
  $ref?: string;
  format?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
  items?: Schema;
}

export interface Method {
  id: string;
  httpMethod: string;
  path: string;
  parameters?: Record<string, Parameter>;
  scopes: string[];
  request?: { $ref: string };
  response?: { $ref: string };
}

export interface Discovery {
  servicePath: string;
  parameters: Record<string, Parameter>;
  schemas: Record<string, Schema>;
  methods: Method[];
  scopes: Set<string>;
}

interface RawDiscovery {
  servicePath: string;
  parameters: Record<string, Parameter>;
  schemas: Record<string, Schema>;
  auth: { oauth2: { scopes: Record<string, unknown> } };
  resources: Record<string, { methods?: Record<string, Method> }>;
}

export function loadDiscovery(): Discovery {
  const file = new URL('../../data/calendar-v3.discovery.json', import.meta.url);
  const raw = JSON.parse(readFileSync(file, 'utf8')) as RawDiscovery;
  return {
    servicePath: raw.servicePath,
    parameters: raw.parameters,
    schemas: raw.schemas,
    methods: Object.values(raw.resources).flatMap((resource) => Object.values(resource.methods ?? {})),
    scopes: new Set(Object.keys(raw.auth.oauth2.scopes)),
  };
}

export interface Route {
  method: Method;
  path: Record<string, string>;
}

/** `path` is what follows `/calendar/v3/`, still encoded. */
export function findRoute(discovery: Discovery, httpMethod: string, path: string): Route | undefined {
  for (const method of discovery.methods) {
    if (method.httpMethod !== httpMethod) continue;
    const pattern = new RegExp(`^${method.path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);
    const hit = pattern.exec(path);
    if (!hit) continue;
    const values = Object.entries(hit.groups ?? {}).map(([name, text]) => [name, decodeURIComponent(text)]);
    return { method, path: Object.fromEntries(values) as Record<string, string> };
  }
  return undefined;
}

/** Refuses unknown names, repeated single values, and values outside enum, type or range. */
export function checkQuery(discovery: Discovery, method: Method, query: URLSearchParams): void {
  for (const name of new Set(query.keys())) {
    const own = method.parameters?.[name];
    const parameter = own?.location === 'query' ? own : discovery.parameters[name];
    if (!parameter)
      throw frontRefusal(`Invalid JSON payload received. Unknown name "${name}": Cannot bind query parameter.`);
    const values = query.getAll(name);
    if (values.length > 1 && parameter.repeated !== true)
      throw frontRefusal(`Invalid value at '${name}', repeated value given for a singular field.`);
    for (const value of values) checkValue(name, parameter, value);
  }
  for (const [name, parameter] of Object.entries(method.parameters ?? {})) {
    if (parameter.required === true && parameter.location === 'query' && !query.has(name))
      throw new ApiError(400, 'required', `Missing required parameter: ${name}`, {
        location: { type: 'parameter', name },
      });
  }
}

function checkValue(name: string, parameter: Parameter, value: string): void {
  const wrong = () => frontRefusal(`Invalid value at '${name}' (${parameter.type}), "${value}"`);
  if (parameter.enum && !parameter.enum.includes(value)) throw wrong();
  if (parameter.type === 'boolean' && value !== 'true' && value !== 'false') throw wrong();
  if (parameter.type === 'integer') {
    if (!/^-?\d+$/.test(value)) throw wrong();
    if (parameter.minimum !== undefined && Number(value) < Number(parameter.minimum)) throw wrong();
    if (parameter.maximum !== undefined && Number(value) > Number(parameter.maximum)) throw wrong();
  }
  if (parameter.format === 'date-time' && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i.test(value))
    throw badRequest();
}

function frontRefusal(message: string): ApiError {
  return new ApiError(400, 'badRequest', message);
}

/**
 * Checks a request body against a named schema. Fields the schema does not know are left out, as the service
 * does, and named through `unknown`; a wrong JSON type is refused. `null` is allowed everywhere (it clears).
 */
export function checkBody(
  discovery: Discovery,
  schemaName: string,
  body: JsonObject,
  unknown: (field: string) => void,
): JsonObject {
  const visit = (schema: Schema, value: Json, at: string): Json => {
    if (schema.$ref !== undefined) return visit(discovery.schemas[schema.$ref] ?? {}, value, at);
    if (value === null) return null;
    if (schema.type === 'object' || schema.properties) {
      if (typeof value !== 'object' || Array.isArray(value)) throw badType(at, value);
      const result: JsonObject = {};
      for (const [name, child] of Object.entries(value)) {
        if (child === undefined) continue;
        const inner = schema.properties?.[name] ?? schema.additionalProperties;
        if (inner) result[name] = visit(inner, child, at === '' ? name : `${at}.${name}`);
        else unknown(at === '' ? name : `${at}.${name}`);
      }
      return result;
    }
    if (schema.type === 'array') {
      if (!Array.isArray(value)) throw badType(at, value);
      return value.map((child, index) => visit(schema.items ?? {}, child, `${at}[${index}]`));
    }
    if (schema.type === 'string' && typeof value !== 'string') throw badType(at, value);
    if (schema.type === 'boolean' && typeof value !== 'boolean') throw badType(at, value);
    if (schema.type === 'integer' && !Number.isInteger(value)) throw badType(at, value);
    return value;
  };
  return visit({ $ref: schemaName }, body, '') as JsonObject;
}

function badType(at: string, value: Json): ApiError {
  return badRequest(`Invalid value at '${at}', ${JSON.stringify(value).slice(0, 80)}`);
}
