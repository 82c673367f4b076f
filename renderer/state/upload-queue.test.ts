import { expect, it } from 'vitest';
import { HifuseError } from '../../models/errors.ts';
import { FakeClient } from '../testing/fake-client.ts';
import { pickedFiles } from './dropped-files.ts';
import { PART_BYTES, UploadQueue } from './upload-queue.svelte.ts';

const file = (name: string, size = 1) => new File([new Uint8Array(size)], name);

it('sends files in parts, in order, says which is the last, and that they belong together', async () => {
  const received: { name: string; offset: number; size: number; last: boolean; openingId: string }[] = [];
  const main = new FakeClient({
    'studies.upload': ({ name, offset, bytes, last, openingId }) => {
      received.push({ name, offset, size: bytes.byteLength, last, openingId });
      return null;
    },
  });
  const queue = new UploadQueue(main);
  const folder = { file: file('big.dcm', PART_BYTES + 5), name: 'ct/1/big.dcm' };
  expect(await queue.send([folder, ...pickedFiles([file('empty.dcm', 0)])])).toEqual([]);
  const { openingId } = received[0]!;
  expect(received).toEqual([
    { name: 'ct/1/big.dcm', offset: 0, size: PART_BYTES, last: false, openingId },
    { name: 'ct/1/big.dcm', offset: PART_BYTES, size: 5, last: true, openingId },
    { name: 'empty.dcm', offset: 0, size: 0, last: true, openingId },
  ]);
  expect(queue.progress).toBeNull();
  await queue.send(pickedFiles([file('other.dcm')]));
  expect(received.at(-1)!.openingId).not.toBe(openingId);
});

it('goes on after a file that main refuses, and leaves nothing of it there', async () => {
  const discarded: string[] = [];
  const main = new FakeClient({
    'studies.upload': ({ name }) => {
      if (name === 'bad') throw new HifuseError('file.too-large');
      return null;
    },
    'uploads.discard': ({ uploadId }) => {
      discarded.push(uploadId);
      return null;
    },
  });
  const failures = await new UploadQueue(main).send(pickedFiles([file('bad'), file('good')]));
  expect(failures).toEqual([{ name: 'bad', error: { code: 'file.too-large' } }]);
  expect(main.count('studies.upload')).toBe(2);
  expect(discarded).toHaveLength(1);
});

it('can be cancelled, and then sends a checkpoint or other files as before', async () => {
  const discarded: string[] = [];
  const main: FakeClient = new FakeClient({
    'studies.upload': () => {
      if (main.count('studies.upload') === 2) queue.cancel();
      return null;
    },
    'uploads.discard': ({ uploadId }) => {
      discarded.push(uploadId);
      return null;
    },
    'models.upload': () => null,
  });
  const queue = new UploadQueue(main);
  const big = file('big.dcm', 5 * PART_BYTES);
  expect(await queue.send(pickedFiles([file('first.dcm'), big, file('never.dcm')]))).toEqual([]);
  expect(main.count('studies.upload')).toBe(2);
  expect(discarded).toHaveLength(2);
  expect(queue.progress).toBeNull();
  const id = await queue.sendCheckpoint(file('model.pth', 2 * PART_BYTES));
  expect(main.calls.filter(({ method }) => method === 'models.upload')).toHaveLength(2);
  expect(main.calls.at(-1)!.params).toMatchObject({ uploadId: id, last: true });
  await queue.send(pickedFiles([file('again.dcm')]));
  expect(main.count('studies.upload')).toBe(3);
});
