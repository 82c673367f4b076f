/**
 * All that the renderer may ask of main: `invoke` one of Api, `subscribe` to one of Events. The renderer names images by
 * an id that main gave; it never names a path except those that the person picked. Imports types only.
 */
import type { ErrorValue } from '../../models/errors.ts';
import type { Warning } from '../../models/warnings.ts';
import type { Frame } from '../../models/imaging/frame.ts';
import type { Manifest } from '../../models/package/manifest.ts';
import type {
  CheckpointSummary,
  DeviceReport,
  DicomElement,
  ImageHeader,
  ImportOptions,
  ModelInfo,
  NetworkInput,
  Prediction,
} from '../../worker/protocol.ts';

export type {
  CheckpointSummary,
  DeviceReport,
  DicomElement,
  Frame,
  ImageHeader,
  Manifest,
  ModelInfo,
  NetworkInput,
  Prediction,
};
export type { HeatMap, Rectangle, ClassScore } from '../../worker/protocol.ts';
export type { Spacing, Voi, VoiWindow } from '../../models/imaging/frame.ts';
export type { ErrorValue } from '../../models/errors.ts';

/** A file in the list; `header` or `error` follow once it was read. */
export interface ImageEntry {
  id: string;
  /** File name, with the path below the opened folder where there is one. */
  name: string;
  header: Omit<ImageHeader, 'path'> | null;
  error: ErrorValue | null;
}

/** Images of one series, in order: slices by position along their normal where known, otherwise by number or name. */
export interface Series {
  id: string;
  title: string;
  subtitle: string;
  modality: string;
  imageIds: string[];
}

export interface StudyList {
  series: Series[];
  images: Record<string, ImageEntry>;
  /** Files still to be read. */
  pending: number;
  /** Files that were met in a folder and are no images. */
  skipped: number;
}

export interface FolderListing {
  path: string;
  parent: string | null;
  entries: { name: string; path: string; kind: 'folder' | 'file'; size: number }[];
}

export interface ModelSummary {
  id: string;
  manifest: Manifest;
  modelCard: string;
  bundled: boolean;
}

/** A folder of the models that holds no usable package. */
export interface DamagedModel {
  id: string;
  bundled: boolean;
  error: ErrorValue;
}

export interface Settings {
  modelId: string;
  engine: 'auto' | 'onnx' | 'tfjs';
  device: 'auto' | 'cpu' | 'webgpu' | 'cuda' | 'dml' | 'coreml';
  noticeAccepted: boolean;
}

/** One row of a batch. */
export interface BatchRow {
  imageId: string;
  file: string;
  frame: number;
  status: 'waiting' | 'ok' | 'failed' | 'skipped';
  prediction: Prediction | null;
  error: ErrorValue | null;
}

export interface BatchState {
  id: string;
  /** Grows with every change: of two states of a batch, the one with the greater revision holds. */
  revision: number;
  state: 'running' | 'done' | 'cancelled';
  done: number;
  failed: number;
  total: number;
  imagesPerSecond: number;
  startedAt: string;
}

/** What is shown: the report prints it, and runs nothing again. */
export interface ReportRequest {
  /** `Prediction.id`, as `predictions.classify` gave it. */
  predictionId: string;
  classIndex: number;
  /** As shown; null: the file's default window. */
  window: { center: number; width: number } | null;
  /** 0..1; 0 leaves the overlay out. */
  overlayOpacity: number;
  /** False where the reader hides names: the report then leaves out all that tells whose image it is. */
  names: boolean;
}

/** `saved`: a path (desktop). `download`: the browser saves the bytes. `cancelled`: the person closed the dialog. */
export type SaveResult =
  | { kind: 'saved'; path: string }
  | { kind: 'download'; fileName: string; mime: string; bytes: Uint8Array<ArrayBuffer> }
  | { kind: 'cancelled' };

export interface AppInfo {
  name: string;
  version: string;
  host: 'electron' | 'browser';
  /** Research use only. */
  notice: string;
  platform: string;
  /** What the person must know of the application itself, e.g. of its data folder. */
  warnings: readonly Warning[];
}

export interface WorkerStatus {
  state: 'starting' | 'ready' | 'restarting' | 'failed';
  /** What happened to it; null if nothing did. */
  problem: ErrorValue | null;
  restarts: number;
  memoryBytes: number;
}

export interface Api {
  'app.info': { params: null; result: AppInfo };
  'studies.list': { params: null; result: StudyList };
  /** Opens files and folders by path (desktop drop, folder browser); folders are walked. */
  'studies.open': { params: { paths: string[] }; result: null };
  /** Native dialog. `unavailable` where the host has none: the renderer then shows its folder browser. */
  'studies.dialog': { params: { kind: 'files' | 'folder' }; result: 'opened' | 'cancelled' | 'unavailable' };
  /** A dropped or picked file of a browser; bounded in size. Chunks arrive in order; `last` ends the file. */
  'studies.upload': {
    params: { uploadId: string; name: string; bytes: Uint8Array<ArrayBuffer>; last: boolean };
    result: null;
  };
  'studies.samples': { params: null; result: null };
  'studies.close': { params: { imageIds: string[] | 'all' }; result: null };
  /** Takes back the last close. */
  'studies.reopen': { params: null; result: null };
  'files.list': { params: { path: string | null }; result: FolderListing };
  'images.frame': { params: { imageId: string; frame: number }; result: Frame };
  'images.thumbnail': {
    params: { imageId: string; frame: number; size: number };
    result: { png: Uint8Array<ArrayBuffer> };
  };
  'images.elements': { params: { imageId: string }; result: DicomElement[] };
  /** With heat maps for all classes. Kept while the file stays the same: asking again is free. */
  'predictions.classify': { params: { imageId: string; frame: number }; result: Prediction };
  'predictions.input': { params: { imageId: string; frame: number }; result: NetworkInput };
  'batch.start': { params: { imageIds: string[] }; result: BatchState };
  'batch.cancel': { params: { id: string }; result: null };
  'batch.rows': { params: { id: string; from: number; count: number }; result: BatchRow[] };
  'batch.export': { params: { id: string; format: 'csv' | 'json' }; result: SaveResult };
  'reports.save': { params: ReportRequest; result: SaveResult };
  'models.list': { params: null; result: ModelSummary[] };
  /** What is left out of the list, and why. */
  'models.damaged': { params: null; result: DamagedModel[] };
  'models.info': { params: null; result: ModelInfo };
  'models.devices': { params: null; result: DeviceReport[] };
  'models.checkpoint': { params: { uploadId: string } | { path: string }; result: CheckpointSummary };
  'models.import': {
    params: ({ uploadId: string } | { path: string }) & { options: Omit<ImportOptions, 'checkpoint' | 'out'> };
    result: ModelSummary;
  };
  'settings.get': { params: null; result: Settings };
  'settings.set': { params: Partial<Settings>; result: Settings };
}

export interface Events {
  'studies.changed': StudyList;
  'worker.status': WorkerStatus;
  'batch.progress': BatchState;
  'settings.changed': Settings;
  /** Of a long request, for the status bar. */
  progress: { task: string; done: number; total: number };
  /** The application menu of the desktop host. */
  command: { name: 'open-files' | 'open-folder' | 'save-report' | 'classify-all' | 'about' };
}

export type Method = keyof Api;
export type Topic = keyof Events;

/** What the renderer holds: the same over Electron IPC and over the WebSocket. */
export interface Client {
  invoke<M extends Method>(method: M, params: Api[M]['params']): Promise<Api[M]['result']>;
  subscribe<T extends Topic>(topic: T, listener: (event: Events[T]) => void): () => void;
  /** Desktop: the path of a dropped file. Browser: null, so upload it. */
  pathForFile(file: unknown): string | null;
}
