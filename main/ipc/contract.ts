/**
 * All that the renderer may ask of main: `invoke` one of Api, `subscribe` to one of Events. The renderer names images by
 * an id that main gave; it never names a path except those that the person picked. Imports types only.
 */
import type { DeviceChoice, EngineChoice } from '../../models/devices.ts';
import type { ErrorValue } from '../../models/errors.ts';
import type { Language } from '../../models/texts/languages.ts';
import type { Warning } from '../../models/warnings.ts';
import type { Frame } from '../../models/imaging/frame.ts';
import type { Presentation } from '../../models/imaging/presentation.ts';
import type { Measurement } from '../../models/measure/measurement.ts';
import type { Manifest } from '../../models/package/manifest.ts';
import type {
  CheckpointPreview,
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
  CheckpointPreview,
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
export type { HeatMap, ClassScore } from '../../worker/protocol.ts';
export type { Spacing, Voi, VoiWindow } from '../../models/imaging/frame.ts';
export type { ErrorValue } from '../../models/errors.ts';

/** A file of the list; `header` or `error` follow once it was read. */
export interface ImageEntry {
  id: string;
  /** Position in the order of opening. */
  order: number;
  /** File name, with the path below the opened folder where there is one. */
  name: string;
  /** Null where it was not read yet, or could not be. */
  seriesId: string | null;
  header: Omit<ImageHeader, 'path'> | null;
  error: ErrorValue | null;
}

/** What is known of a series: a DICOM series, or the pictures of one folder. */
export interface SeriesEntry {
  id: string;
  studyId: string;
  kind: 'dicom' | 'pictures';
  /** Folder that its first image was met in, from the opened one down; empty where the file itself was opened. */
  folder: string;
  modality: string;
  number: number | null;
  description: string;
}

/** What is known of a study, as the file has it (PN and DA as in PS3.5 6.2); all empty for pictures. */
export interface StudyEntry {
  id: string;
  patientName: string;
  patientId: string;
  date: string;
  description: string;
}

/**
 * A change of the list of open images, or a page of all of it. Everything in it is new, or takes the place of what had
 * its id. An image's series, and a series' study, come with it or came before.
 */
export interface StudiesUpdate {
  /** Counts the updates of one connection. One that does not follow the last shows that something was missed. */
  revision: number;
  /** Begins a snapshot: nothing that came before is listed any more. */
  reset: boolean;
  /** False where the rest of the snapshot, or of a long change, follows at once. */
  complete: boolean;
  studies: StudyEntry[];
  series: SeriesEntry[];
  images: ImageEntry[];
  /** Ids of images that are no longer listed. */
  closed: string[];
  /** Files still to be read. */
  pending: number;
  /** Files that were met in a folder and are no images. */
  skipped: number;
}

/** A file that was met in a folder and is no image. */
export interface SkippedFile {
  /** With the path below the opened folder. */
  name: string;
  error: ErrorValue;
}

/** The image to show for something that was opened. */
export interface Opened {
  id: string;
  firstImageId: string;
}

export type TaskName = 'devices' | 'import' | 'preview';

/** A long request, for the status bar. */
export interface Task {
  task: TaskName;
  done: number;
  total: number;
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
  engine: EngineChoice;
  device: DeviceChoice;
  noticeAccepted: boolean;
  language: Language;
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
  /** How the image is displayed. */
  presentation: Presentation;
  /** 0..1; 0 leaves the overlay out. */
  overlayOpacity: number;
  /** The reader asked to see the answer although the image is outside of what the model is meant for. */
  shownAnyway: boolean;
  /** False where the reader hides names: the report then leaves out all that tells whose image it is. */
  names: boolean;
}

/** What readers drew and marked on the frames of an image. */
export interface ImageNotes {
  measurements: readonly Measurement[];
  /** Frames that are marked as key images, ascending. */
  keyFrames: readonly number[];
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

/** A part of a file that a browser sends because it hides the path; bounded in size. The parts come in order. */
export interface UploadPart {
  uploadId: string;
  /** The file's name, or its path from the dropped folder down, with '/' between parts. */
  name: string;
  /** Bytes of the file before this part. */
  offset: number;
  bytes: Uint8Array<ArrayBuffer>;
  /** Nothing follows. */
  last: boolean;
}

export interface Api {
  'app.info': { params: null; result: AppInfo };
  /** Tells `studies.changed` of everything again, for who missed an update. */
  'studies.resend': { params: null; result: null };
  /** Opens files and folders by path (desktop drop, folder browser); folders are walked. */
  'studies.open': { params: { paths: readonly string[] }; result: null };
  /** Native dialog. `unavailable` where the host has none: the renderer then shows its folder browser. */
  'studies.dialog': { params: { kind: 'files' | 'folder' }; result: 'opened' | 'cancelled' | 'unavailable' };
  /** A part of a dropped or picked file of a browser; the whole file is opened as an image. */
  'studies.upload': { params: UploadPart & { openingId: string }; result: null };
  'studies.samples': { params: null; result: null };
  'studies.close': { params: { imageIds: readonly string[] | 'all' }; result: null };
  /** Takes back the last close, for some seconds. */
  'studies.reopen': { params: null; result: null };
  /** The first thousand of the files that were skipped. */
  'studies.skipped': { params: null; result: readonly SkippedFile[] };
  /** The system's own dialog for a folder, without opening it. `unavailable` where the host has none. */
  'files.choose-folder': { params: null; result: { folder: string } | 'cancelled' | 'unavailable' };
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
  'batch.start': { params: { imageIds: readonly string[] }; result: BatchState };
  'batch.cancel': { params: { id: string }; result: null };
  'batch.rows': { params: { id: string; from: number; count: number }; result: BatchRow[] };
  /** `names`: false where the reader hides names: files are then numbered. */
  'batch.export': { params: { id: string; format: 'csv' | 'json'; names: boolean }; result: SaveResult };
  'reports.save': { params: ReportRequest; result: SaveResult };
  /** Of an image by the name it is kept under (`imageKey` of models/measure). */
  'measurements.list': { params: { image: string }; result: ImageNotes };
  /** Keeps a measurement, in place of an earlier one of its id. */
  'measurements.save': { params: Measurement; result: null };
  'measurements.delete': { params: { id: string; image: string }; result: null };
  'measurements.mark-key': { params: { image: string; frame: number; isKey: boolean }; result: null };
  /** Of all open images, as CSV. `names` false: numbers stand for the names of files. */
  'measurements.export': { params: { names: boolean }; result: SaveResult };
  'models.list': { params: null; result: ModelSummary[] };
  /** What is left out of the list, and why. */
  'models.damaged': { params: null; result: DamagedModel[] };
  'models.info': { params: null; result: ModelInfo };
  'models.devices': { params: null; result: DeviceReport[] };
  /** A part of a checkpoint, for what follows. Of a page the newest one alone is kept. */
  'models.upload': { params: UploadPart; result: null };
  'models.checkpoint': { params: { uploadId: string } | { path: string }; result: CheckpointSummary };
  /** What an import would see and say: of an open image, with the network's pictures, or of a folder's first images. */
  'models.preview': {
    params: ({ uploadId: string } | { path: string }) &
      ({ imageId: string; frame: number } | { folder: string }) & {
        options: Omit<ImportOptions, 'checkpoint' | 'out'>;
      };
    result: CheckpointPreview;
  };
  'models.import': {
    params: ({ uploadId: string } | { path: string }) & { options: Omit<ImportOptions, 'checkpoint' | 'out'> };
    result: ModelSummary;
  };
  /** Gives up an upload, or a checkpoint that is no longer needed. */
  'uploads.discard': { params: { uploadId: string }; result: null };
  'settings.get': { params: null; result: Settings };
  'settings.set': { params: Partial<Settings>; result: Settings };
}

export interface Events {
  /** Comes with everything when a page connects. */
  'studies.changed': StudiesUpdate;
  /** After the update that lists the image. What a page opens is told to it alone. */
  opening: Opened;
  'worker.status': WorkerStatus;
  'batch.progress': BatchState;
  'settings.changed': Settings;
  /** An image has other measurements or marks. */
  'measurements.changed': { image: string };
  /** All that are under way. */
  'tasks.changed': Task[];
  /** The application menu of the desktop host. */
  command: { name: 'open-files' | 'open-folder' | 'save-report' | 'classify-all' | 'about' };
}

export type Method = keyof Api;
export type Topic = keyof Events;

export interface InvokeOptions {
  signal?: AbortSignal;
}

/** What the renderer holds: the same over Electron IPC and over the WebSocket. */
export interface Client {
  /**
   * @param options signal: aborting it rejects with `request.cancelled` at once, and main stops working on it
   * @throws HifuseError what main answered; `connection.lost`
   */
  invoke<M extends Method>(method: M, params: Api[M]['params'], options?: InvokeOptions): Promise<Api[M]['result']>;
  subscribe<T extends Topic>(topic: T, listener: (event: Events[T]) => void): () => void;
  /** Desktop: the path of a dropped file. Browser: null, so upload it. */
  pathForFile(file: unknown): string | null;
}
