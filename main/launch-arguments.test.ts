import { expect, it } from 'vitest';
import { userArguments } from './launch-arguments.ts';

it.each([
  ['an installed application', ['/opt/hifuse', 'a.dcm', '/b.dcm'], true, ['/here/a.dcm', '/b.dcm']],
  ['an installed application alone', ['/opt/hifuse'], true, []],
  ['a source tree', ['/electron', '--no-sandbox', 'dist/main/index.js', 'a.dcm'], false, ['/here/a.dcm']],
  ['a source tree alone', ['/electron', 'dist/main/index.js'], false, []],
  ['Electron without a script', ['/electron', '--no-sandbox'], false, []],
  ['switches among files', ['/opt/hifuse', '--ozone-platform=x11', 'a.dcm'], true, ['/here/a.dcm']],
])('files on the command line of %s', (_, argv, packaged, files) => {
  expect(userArguments(argv, packaged, '/here').files).toEqual(files);
});

it('keeps the arguments of a command as they are', () => {
  const argv = ['/opt/hifuse', 'classify', 'folder', '--recursive'];
  expect(userArguments(argv, true).all).toEqual(['classify', 'folder', '--recursive']);
});
