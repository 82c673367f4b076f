import { toErrorValue } from '../../models/errors.ts';
import type { Handlers } from '../dispatch.ts';
import type { Imaging } from './imaging.ts';

/** Requests that concern files alone: headers, pixels, pictures of them. */
export function imageHandlers(imaging: Imaging) {
  return {
    'image.header': (params, { signal }) => imaging.header(params, signal),
    'image.headers': ({ paths }, { signal }) =>
      Promise.all(
        paths.map(async (path) => {
          try {
            return { ok: true as const, header: await imaging.header({ path }, signal) };
          } catch (error) {
            signal.throwIfAborted();
            return { ok: false as const, error: toErrorValue(error) };
          }
        }),
      ),
    'image.elements': (params, { signal }) => imaging.elements(params, signal),
    'image.inspect': (params, { signal }) => imaging.inspect(params, signal),
    'image.frame': (params, { signal }) => imaging.frame(params, signal),
    'image.thumbnail': (params, { signal }) => imaging.thumbnail(params, signal),
    'image.render': (params, { signal }) => imaging.render(params, signal),
  } satisfies Partial<Handlers>;
}
