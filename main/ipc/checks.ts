/** What the renderer sends is checked before it reaches a service: the renderer is not trusted. */
import type { GenericSchema } from 'valibot';
import { HifuseError } from '../../models/errors.ts';
import { parse } from '../../models/schema.ts';
import type { Api, Method } from './contract.ts';
import { SCHEMAS } from './schemas.ts';

/** Whether the contract has a method of that name. */
export const isMethod = (name: unknown): name is Method => typeof name === 'string' && Object.hasOwn(SCHEMAS, name);

/**
 * The parameters of a method, as the contract says, and nothing else.
 * @throws HifuseError `request.invalid`, naming the field
 */
export function checkParams<M extends Method>(method: M, params: unknown): Api[M]['params'] {
  const schema = SCHEMAS[method] as GenericSchema<unknown, Api[M]['params']> | null;
  if (schema) return parse(schema, params, method, 'request.invalid');
  if (params != null) throw new HifuseError('request.invalid', { reason: 'no-parameters', method });
  return null as Api[M]['params'];
}
