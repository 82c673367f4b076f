/** A hook of Node's module loader: whoever imports `electron` gets the stand-in. */
import type { ResolveHook } from 'node:module';

const STAND_IN = new URL('./electron.js', import.meta.url).href;

export const resolve: ResolveHook = (specifier, context, next) =>
  specifier === 'electron' ? { url: STAND_IN, format: 'module', shortCircuit: true } : next(specifier, context);
