import { expect, test } from 'vitest';
import { explain, unsupported } from './setup-cuda.mjs';

test('only Linux on x64 has a CUDA build', () => {
  expect(unsupported('linux', 'x64')).toBeNull();
  expect(unsupported('linux', 'arm64')).toMatch('linux on arm64');
  expect(unsupported('win32', 'x64')).toMatch('win32 on x64');
  expect(unsupported('darwin', 'arm64')).toMatch('darwin on arm64');
});

test('a failure says what to do', () => {
  expect(explain(1, 'Error: getaddrinfo ENOTFOUND example.org\n    at lookup')).toMatch(
    /cannot be reached from here \(ENOTFOUND example\.org\).*TFJS_NODE_CDN_STORAGE/,
  );
  expect(explain(1, 'node-pre-gyp install failed with error: x')).toMatch('could neither be downloaded nor built');
  expect(explain(3, '')).toMatch('status 3');
});
