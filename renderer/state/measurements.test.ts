import { beforeEach, expect, it, vi } from 'vitest';
import type { Measurement } from '../../models/measure/measurement.ts';
import { FakeClient } from '../testing/fake-client.ts';
import { frameOf } from '../testing/samples.ts';
import { Measurements, type Subject } from './measurements.svelte.ts';

const pixels = frameOf(Uint8Array.of(10, 20, 30, 40), { content: { sha256: 'a', fileVersion: '' } });
const subject: Subject = { image: 'uid:1', frame: 0, pixels };
const points = [
  { x: 0, y: 0 },
  { x: 2, y: 1 },
];

let kept: Measurement[];
let main: FakeClient;
let told: string[];
let measurements: Measurements;
beforeEach(async () => {
  kept = [];
  told = [];
  main = new FakeClient({
    'measurements.list': () => ({ measurements: [...kept], keyFrames: [] }),
    'measurements.save': (one) => {
      kept = [...kept.filter(({ id }) => id !== one.id), one];
      return null;
    },
    'measurements.delete': ({ id }) => {
      kept = kept.filter((one) => one.id !== id);
      return null;
    },
  });
  measurements = new Measurements(main, ({ code }) => told.push(code));
  await measurements.want(subject.image);
});

const draw = () => {
  measurements.sketch(subject, { kind: 'rectangle', points, text: '' });
  measurements.finish(subject);
};
const mean = () => measurements.of(subject)[0]?.quantities.find(({ name }) => name === 'mean')?.value;

it('keeps what is drawn, changed and deleted, and takes it back step by step', () => {
  draw();
  expect([mean(), kept.length, measurements.selectedId]).toEqual([15, 1, kept[0]!.id]);
  measurements.change(measurements.of(subject)[0]!, { points: [points[0]!, { x: 4, y: 1 }] });
  expect([mean(), kept[0]!.points]).toEqual([25, points]);
  measurements.finish(subject);
  measurements.delete(measurements.of(subject)[0]!);
  expect([measurements.of(subject), kept, measurements.selectedId]).toEqual([[], [], null]);
  measurements.undo(subject.image);
  expect([mean(), kept.length]).toEqual([25, 1]);
  measurements.undo(subject.image);
  measurements.undo(subject.image);
  expect([kept, measurements.canUndo(subject.image)]).toEqual([[], false]);
  measurements.redo(subject.image);
  expect([mean(), measurements.canRedo(subject.image)]).toEqual([15, true]);
  draw();
  expect(measurements.canRedo(subject.image)).toBe(false);
});

it('gives each the next colour, and shows those of the frame alone', () => {
  draw();
  draw();
  expect(measurements.of(subject).map(({ colour }) => colour)).toEqual([0, 1]);
  expect(measurements.of({ ...subject, frame: 1 })).toEqual([]);
  expect(measurements.of({ ...subject, image: 'uid:2' })).toEqual([]);
});

it('measures anew where the file has other pixels or another spacing than it had, and keeps that', () => {
  draw();
  const other: Subject = {
    ...subject,
    pixels: frameOf(Uint8Array.of(1, 3, 0, 0), { content: { sha256: 'b', fileVersion: '' } }),
  };
  expect(measurements.of(other)[0]).toMatchObject({
    contentSha256: 'b',
    quantities: [{ value: 2 }, {}, {}, {}, {}, {}],
  });
  measurements.remeasure(other);
  expect(kept[0]).toMatchObject({ contentSha256: 'b', quantities: [{ name: 'mean', value: 2 }, {}, {}, {}, {}, {}] });
});

it('takes what cannot be kept off the screen, and says so', async () => {
  main.handlers['measurements.save'] = () => {
    throw new Error('disk full');
  };
  draw();
  expect(measurements.of(subject)).toHaveLength(1);
  await vi.waitFor(() => expect(measurements.of(subject)).toHaveLength(0));
  expect(told).toEqual(['internal']);
});
