import { decodeFrame, inspect, readElements, readHeader } from './index.ts';
import type { ImagingTask, ImagingTasks } from './pool-protocol.ts';
import { preprocess } from './preprocess.ts';
import { renderPng } from './render.ts';

type Tasks = { [T in ImagingTask]: (params: ImagingTasks[T]['params']) => Promise<ImagingTasks[T]['result']> };

/** What a thread does, by task. */
export const TASKS: Tasks = {
  header: ({ path }) => readHeader(path),
  elements: ({ path }) => readElements(path),
  inspect: ({ path }) => inspect(path),
  frame: ({ path, frame }) => decodeFrame(path, frame),
  thumbnail: async ({ size, ...source }) => ({
    png: (await renderPng(await decodeFrame(source.path, source.frame), null, size)).png,
  }),
  render: async ({ window, maxSize, ...source }) =>
    renderPng(await decodeFrame(source.path, source.frame), window, maxSize),
  input: async ({ preprocessing, ...source }) => {
    const start = performance.now();
    const frame = await decodeFrame(source.path, source.frame);
    const decoded = performance.now();
    const image = preprocess(frame, preprocessing);
    const milliseconds = { decode: decoded - start, preprocess: performance.now() - decoded };
    return { ...image, milliseconds, warnings: frame.warnings };
  },
};
