import { describe, expect, it } from 'vitest';
// @ts-expect-error Scripts are plain JavaScript: they run before TypeScript is installed.
import { isInstalled } from './tools.mjs';

const lock = (packages: object) => ({ packages: { '': { name: 'root' }, ...packages } });
const wanted = lock({
  'node_modules/a': { version: '1.0.0' },
  'node_modules/b-win32': { version: '2.0.0', optional: true },
});
const check = isInstalled as (lock: object | null, installed: object | null) => boolean;

describe('isInstalled', () => {
  it('is satisfied by what the lockfile says, without packages for other systems', () => {
    expect(check(wanted, lock({ 'node_modules/a': { version: '1.0.0' } }))).toBe(true);
  });

  it.each([
    ['nothing is installed', null],
    ['a package is missing', lock({})],
    ['a package is of another version', lock({ 'node_modules/a': { version: '0.9.0' } })],
    [
      'an optional package is of another version',
      lock({ 'node_modules/a': { version: '1.0.0' }, 'node_modules/b-win32': { version: '1.0.0' } }),
    ],
  ])('is not where %s', (_, installed) => {
    expect(check(wanted, installed)).toBe(false);
  });
});
