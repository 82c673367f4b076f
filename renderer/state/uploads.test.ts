import { expect, it } from 'vitest';
import { HifuseError } from '../../models/errors.ts';
import { FakeClient } from '../testing/fake-client.ts';
import { CHUNK_BYTES, Uploads } from './uploads.svelte.ts';

it('sends a file in chunks, in order, and says which is the last', async () => {
  const received: { name: string; size: number; last: boolean }[] = [];
  const main = new FakeClient({
    'studies.upload': ({ name, bytes, last }) => {
      received.push({ name, size: bytes.byteLength, last });
      return null;
    },
  });
  const uploads = new Uploads(main);
  const failures = await uploads.send([
    new File([new Uint8Array(CHUNK_BYTES + 5)], 'big.dcm'),
    new File([], 'empty.dcm'),
  ]);
  expect(failures).toEqual([]);
  expect(received).toEqual([
    { name: 'big.dcm', size: CHUNK_BYTES, last: false },
    { name: 'big.dcm', size: 5, last: true },
    { name: 'empty.dcm', size: 0, last: true },
  ]);
  expect(uploads.progress).toBeNull();
});

it('goes on after a file that main refuses', async () => {
  const main = new FakeClient({
    'studies.upload': ({ name }) => {
      if (name === 'bad') throw new HifuseError('file.too-large');
      return null;
    },
  });
  const failures = await new Uploads(main).send([new File(['x'], 'bad'), new File(['x'], 'good')]);
  expect(failures).toEqual([{ name: 'bad', error: { code: 'file.too-large' } }]);
  expect(main.count('studies.upload')).toBe(2);
});
