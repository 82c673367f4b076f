import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { rowOf } from '../../models/imaging/testing/frames.ts';
import { parseCsv } from '../../models/csv-table.ts';
import { measure } from '../../models/measure/measure.ts';
import { imageKey, type Drawing, type Measurement } from '../../models/measure/measurement.ts';
import { openStore, type Store } from '../store/open.ts';
import { fakeRequests } from '../testing/fakes.ts';
import { Measurements, type MeasuredImage } from './measurements.ts';

let folder: string;
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'hifuse-measurements-'));
  store = openStore(folder);
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const sha256 = 'a'.repeat(64);
const frame = rowOf(Uint8Array.of(1, 2, 3, 4), { content: { sha256, fileVersion: '1' } });

function measured(image: string, drawing: Partial<Drawing> = {}, id = crypto.randomUUID()): Measurement {
  const shape: Drawing = {
    kind: 'rectangle',
    points: [
      { x: 0, y: 0 },
      { x: 3, y: 1 },
    ],
    text: '',
    ...drawing,
  };
  const about = { id, image, frame: 0, colour: 0, createdAt: '2024-01-02T03:04:05.000Z', contentSha256: sha256 };
  return { ...shape, ...measure(shape, frame), ...about };
}

const images: MeasuredImage[] = [
  { name: 'ct/=1.dcm', path: '/ct/1', header: { sopInstanceUid: '1.2.3', frames: 1 } as MeasuredImage['header'] },
  { name: 'a.png', path: '/a.png', header: { sopInstanceUid: '', frames: 1 } as MeasuredImage['header'] },
];

function service(saved: string[] = []) {
  return new Measurements({
    stored: store.measurements,
    requests: fakeRequests({ 'image.frame': () => Promise.resolve(frame) }),
    images: () => images,
    saveFile: (_name, _mime, bytes) => {
      saved.push(new TextDecoder().decode(bytes));
      return Promise.resolve({ kind: 'cancelled' });
    },
  });
}

it('finds measurements and marks again after a restart, by image, in the order of drawing', () => {
  const key = imageKey('1.2.3', sha256);
  const [first, second] = [measured(key), measured(key, { kind: 'length', text: 'Läsion' })];
  const before = service();
  before.save(first);
  before.save(second);
  before.save({ ...first, text: 'changed' });
  before.save(measured(imageKey('1.2.4', sha256)));
  before.markKey({ image: key, frame: 2, isKey: true });
  before.markKey({ image: key, frame: 0, isKey: true });
  before.markKey({ image: key, frame: 2, isKey: false });
  store.close();
  store = openStore(folder);
  expect(service().of(key)).toEqual({ measurements: [{ ...first, text: 'changed' }, second], keyFrames: [0] });
  service().delete(second);
  expect(service().of(key).measurements).toHaveLength(1);
});

it('leaves out what no version could have written', () => {
  const key = imageKey('1.2.3', sha256);
  store.measurements.put({ id: crypto.randomUUID(), image: key, frame: 0, body: '{"kind": "length"}' });
  store.measurements.put({ id: crypto.randomUUID(), image: key, frame: 0, body: 'damaged' });
  expect(service().of(key).measurements).toEqual([]);
});

it('exports those of the open images, by UID and by pixels, with full precision', async () => {
  const saved: string[] = [];
  const measurements = service(saved);
  measurements.save(measured(imageKey('1.2.3', ''), { text: '=SUM(A1)' }));
  measurements.save(measured(imageKey('', sha256), { kind: 'probe', points: [{ x: 2.5, y: 0.5 }] }));
  measurements.save(measured(imageKey('9.9', '')));
  measurements.markKey({ image: imageKey('1.2.3', ''), frame: 0, isKey: true });
  await measurements.export({ names: true });
  const { rows } = parseCsv(saved[0]!);
  expect(rows.map(({ row }) => row)).toMatchObject([
    {
      ...{ file: 'ct/=1.dcm', image: 'uid:1.2.3', kind: 'rectangle', text: "'=SUM(A1)", key_image: 'yes' },
      ...{ mean: '2', sd: String(Math.sqrt(2 / 3)), minimum: '1', maximum: '3', pixels: '3', value_unit: 'stored' },
      ...{ area: '3', area_unit: 'px²', points: '0 0 3 1', padding_pixels: '0', spacing_source: '' },
    },
    { file: 'a.png', image: `sha256:${sha256}`, kind: 'probe', value: '3', mean: '', pixels: '', key_image: 'no' },
  ]);
  await measurements.export({ names: false });
  expect(saved[1]).not.toContain('.dcm');
  expect(saved[1]).not.toContain('a.png');
});

it('says where there is nothing to export', async () => {
  await expect(service().export({ names: true })).rejects.toMatchObject({ code: 'request.invalid' });
});
