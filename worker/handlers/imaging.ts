import type { Preprocessing } from '../../models/package/manifest.ts';
import type { ImageSource, Rectangle, WorkerApi } from '../protocol.ts';

type Answer<M extends keyof WorkerApi> = (
  params: WorkerApi[M]['params'],
  signal?: AbortSignal,
) => Promise<WorkerApi[M]['result']>;

/** One frame as the network receives it, made in a thread. */
export interface PreparedInput {
  /** Before normalisation: 224*224*3, interleaved. */
  rgb: Uint8Array<ArrayBuffer>;
  /** [3, 224, 224], normalised. */
  tensor: Float32Array<ArrayBuffer>;
  region: Rectangle;
  window: string;
  milliseconds: { decode: number; preprocess: number };
  warnings: readonly string[];
}

/** What the handlers need of the imaging pool (worker/imaging/pool.ts); a test passes its own. */
export interface Imaging {
  header: Answer<'image.header'>;
  elements: Answer<'image.elements'>;
  inspect: Answer<'image.inspect'>;
  frame: Answer<'image.frame'>;
  thumbnail: Answer<'image.thumbnail'>;
  render: Answer<'image.render'>;
  input(source: ImageSource, preprocessing: Preprocessing, signal?: AbortSignal): Promise<PreparedInput>;
}
