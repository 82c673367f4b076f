import type { Warning } from '../../models/warnings.ts';
import type { ErrorValue } from '../../models/errors.ts';
import type { Frame, FrameContent } from '../../models/imaging/frame.ts';
import type { Preprocessing } from '../../models/package/manifest.ts';
import type { Rectangle } from '../../models/imaging/rectangle.ts';
import type { DicomElement, ImageHeader, ImageSource, Inspection, RenderedPng, RenderOptions } from '../protocol.ts';
import type { Augmentation } from '../train/recipe.ts';

/** One frame as the network receives it. */
export interface PreparedInput {
  /** Before normalisation: 224*224*3, interleaved. */
  rgb: Uint8Array<ArrayBuffer>;
  /** [3, 224, 224], normalised. */
  tensor: Float32Array<ArrayBuffer>;
  region: Rectangle;
  window: string;
  content: FrameContent;
  /** Of the file; what it says is compared with what the model is meant for. */
  header: ImageHeader;
  milliseconds: { decode: number; preprocess: number };
  warnings: readonly Warning[];
}

export interface FileDigest {
  sha256: string;
  fileVersion: string;
}

/** What a thread of the imaging pool does. */
export interface ImagingTasks {
  header: { params: { path: string }; result: ImageHeader };
  elements: { params: { path: string }; result: DicomElement[] };
  inspect: { params: { path: string }; result: Inspection };
  frame: { params: ImageSource; result: Frame };
  thumbnail: { params: ImageSource & { size: number }; result: { png: Uint8Array<ArrayBuffer> } };
  render: { params: ImageSource & RenderOptions; result: RenderedPng };
  input: { params: ImageSource & { preprocessing: Preprocessing }; result: PreparedInput };
  /** SHA-256 of all bytes of a file, and of which version of it. */
  digest: { params: { path: string }; result: FileDigest };
  /** For training: cropped, turned and so on at random, [3, 224, 224], normalised. The seed decides all. */
  augmented: {
    params: ImageSource & { preprocessing: Preprocessing; augmentation: Augmentation; seed: number };
    result: { tensor: Float32Array<ArrayBuffer> };
  };
}

export type ImagingTask = keyof ImagingTasks;

/** To a thread; it does one task at a time. */
export type ToThread = { [T in ImagingTask]: { task: T; params: ImagingTasks[T]['params'] } }[ImagingTask];

/** What a task came to. */
export type ThreadResponse = { ok: true; result: unknown } | { ok: false; error: ErrorValue };

/** From a thread; it is ready once its modules are loaded. `clock`: from now on the task may take so many milliseconds. */
export type FromThread = { ready: true } | { clock: number } | ThreadResponse;
