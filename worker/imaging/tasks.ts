import { decodeFrame, decodeWithHeader, inspect, readElements, readHeader } from './index.ts';
import type { ImagingTask, ImagingTasks } from './pool-protocol.ts';
import { randomFrom } from '../../models/random.ts';
import { digestOf } from './digest.ts';
import { augment } from '../train/augment.ts';
import { preprocess, seenByNetwork } from './preprocess.ts';

/** Loaded with its native library when the first picture is drawn, so that a thread can read headers at once. */
const renderer = async () => (await import('./render.ts')).renderPng;

type TaskTable = { [T in ImagingTask]: (params: ImagingTasks[T]['params']) => Promise<ImagingTasks[T]['result']> };

/** What a thread does, by task. */
export const TASKS: TaskTable = {
  header: ({ path }) => readHeader(path),
  elements: ({ path }) => readElements(path),
  inspect: ({ path }) => inspect(path),
  frame: ({ path, frame }) => decodeFrame(path, frame),
  thumbnail: async ({ path, frame, size }) => {
    const { png } = await (
      await renderer()
    )(await decodeFrame(path, frame), {
      voi: null,
      inverted: false,
      maxSize: size,
    });
    return { png };
  },
  render: async ({ path, frame, ...options }) => (await renderer())(await decodeFrame(path, frame), options),
  input: async ({ path, frame, preprocessing }) => {
    const start = performance.now();
    const { frame: image, header } = await decodeWithHeader(path, frame);
    const decoded = performance.now();
    const input = preprocess(image, preprocessing);
    const milliseconds = { decode: decoded - start, preprocess: performance.now() - decoded };
    return { ...input, milliseconds, content: image.content, header, warnings: image.warnings };
  },
  digest: ({ path }) => digestOf(path),
  augmented: async ({ path, frame, preprocessing, augmentation, seed }) => {
    const { image } = seenByNetwork(await decodeFrame(path, frame), preprocessing);
    return { tensor: augment(image, preprocessing, augmentation, randomFrom(seed)) };
  },
};
