import type { FastifyServerOptions } from 'fastify';
import type { TSchema } from 'typebox';
import { Check, Errors } from 'typebox/value';

interface Fault {
  keyword: string;
  instancePath: string;
  schemaPath: string;
  params: Record<string, string>;
  message: string;
}

type Compilers = NonNullable<NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']>;

/**
 * Requests are validated by the package that their schemas are written with, when they come. Fastify's own way compiles
 * every schema while it starts, which took a quarter of the whole start; and no answer is made from a schema.
 */
export const validation = {
  compilersFactory: {
    // The types of this option know Ajv alone; any function serves that answers true, or what is wrong.
    buildValidator: (() => validatorOf) as unknown as NonNullable<Compilers['buildValidator']>,
    buildSerializer: () => () => (answer: unknown) => JSON.stringify(answer),
  },
};

function validatorOf({ schema }: { schema: TSchema }): (value: unknown) => true | { error: Fault[] } {
  return (value) => Check(schema, value) || { error: faultsOf(schema, value) };
}

/** One fault for each member, as far as they can be told apart. */
function faultsOf(schema: TSchema, value: unknown): Fault[] {
  const found = Errors(schema, value) as (Omit<Fault, 'params'> & { params: Record<string, unknown> })[];
  return found.flatMap((fault) => {
    const each = (name: string, list: unknown, message: (member: string) => string): Fault[] =>
      (Array.isArray(list) ? list.map(String) : []).map((member) => ({
        ...fault,
        params: { [name]: member },
        message: message(member),
      }));
    switch (fault.keyword) {
      case 'required':
        return each('missingProperty', fault.params['requiredProperties'], (name) => `must have the member "${name}"`);
      case 'additionalProperties':
        return each('additionalProperty', fault.params['additionalProperties'], (name) => `must not have "${name}"`);
      // Says again of each unknown member what is told above.
      case 'boolean':
        return [];
      default:
        return [{ ...fault, params: {} }];
    }
  });
}
