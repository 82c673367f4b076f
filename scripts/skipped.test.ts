import { describe, expect, it } from 'vitest';
// @ts-expect-error plain JavaScript: the scripts run before anything is installed
import { reasonOf, skippedSpecs, skippedUnits, table } from './skipped.mjs';

describe('the table of skipped tests', () => {
  it('counts them by file', () => {
    const assertionResults = ['passed', 'skipped', 'pending', 'failed'].map((status) => ({ status }));
    expect(skippedUnits({ testResults: [{ name: '/p/a/b.test.ts', assertionResults }] }, '/p')).toEqual([
      { file: 'a/b.test.ts', count: 2 },
    ]);
    const spec = (file: string, status: string) => ({ file, tests: [{ status }] });
    const suites = [{ specs: [], suites: [{ specs: [spec('x.spec.ts', 'skipped'), spec('y.spec.ts', 'expected')] }] }];
    expect(skippedSpecs({ suites })).toEqual([{ file: 'e2e/x.spec.ts', count: 1 }]);
  });

  it('reads off a file what it wants', () => {
    expect(reasonOf("describe.skipIf(!existsSync('../shared/samples'))")).toBe(
      'reference data beside the project (../shared)',
    );
    expect(reasonOf("test.skipIf(process.env['HIFUSE_LONG'] !== '1')")).toBe('HIFUSE_LONG=1 (npm run test:long)');
    expect(reasonOf('test()')).toBe('unknown');
  });

  it('says so where there are none', () => {
    expect(table([])).toEqual(['Nothing was skipped.']);
    expect(table([{ file: 'a.test.ts', count: 12, reason: 'strace' }])).toEqual([
      'Skipped:',
      '    12  a.test.ts  wants strace',
    ]);
  });
});
