/**
 * What main may ask of the inference process, as tagged unions. Imports types only: nothing at run time.
 * Typed arrays travel by structured clone (ArrayBuffers are sent without a transfer list: see main/hosts).
 */
import type { Device, DeviceChoice, EngineChoice, EngineName } from '../models/devices.ts';
import type { Reason, Warning } from '../models/warnings.ts';
import type { DoubtMeasurement } from '../models/doubt/measurement.ts';
import type { Verdict } from '../models/doubt/verdict.ts';
import type { ErrorValue } from '../models/errors.ts';
import type { Frame, FrameContent, PatientPlane, Spacing } from '../models/imaging/frame.ts';
import type { Rectangle } from '../models/imaging/rectangle.ts';
import type { PatientAge } from '../models/imaging/patient-age.ts';
import type { Presentation } from '../models/imaging/presentation.ts';
import type { Geometry, Manifest } from '../models/package/manifest.ts';
import type { PackageDescription } from '../models/package/manifest.ts';
import type { Precision } from './engines/engine.ts';
import type { Lookalike, TrainRequest, TrainResult } from './train/request.ts';

/** One frame of a file. Frames count from 0. */
export interface ImageSource {
  path: string;
  frame: number;
}

/** What reading the header alone tells of a file: enough for lists, sorting and grouping. */
export interface ImageHeader {
  path: string;
  /** As in {@link FrameContent}: which version of the file this was read of. */
  fileVersion: string;
  format: 'dicom' | 'jpeg' | 'png' | 'tiff' | 'bmp' | 'webp';
  rows: number;
  columns: number;
  frames: number;
  /** Milliseconds between frames, null if not given. */
  frameTime: number | null;
  modality: string;
  /** Body Part Examined, else the meaning of Anatomic Region Sequence. */
  bodyPart: string;
  /** View Position, else AP, PA or LATERAL by View Code Sequence. */
  viewPosition: string;
  /** Image Laterality, else Laterality. */
  laterality: string;
  photometricInterpretation: string;
  imageType: readonly string[];
  sopClassUid: string;
  burnedInAnnotation: string;
  /** YES where the image is of a phantom or made for quality control (0028,0300). */
  qualityControlImage: string;
  protocolName: string;
  patientName: string;
  patientId: string;
  patientBirthDate: string;
  patientSex: string;
  /** As it stands in the file (AS), e.g. '005Y'; see `age` for what it means. */
  patientAge: string;
  /** When the study was made: stated, or of the dates; null if neither tells. */
  age: PatientAge | null;
  studyUid: string;
  studyDate: string;
  studyTime: string;
  studyDescription: string;
  accessionNumber: string;
  institutionName: string;
  seriesUid: string;
  seriesNumber: number | null;
  seriesDescription: string;
  sopInstanceUid: string;
  instanceNumber: number | null;
  plane: PatientPlane | null;
}

/** One element of a data set, as the tag browser shows it. */
export interface DicomElement {
  /** 'ggggeeee', lower case. */
  tag: string;
  vr: string;
  keyword: string;
  /** Text for the reader; binary values as their length. */
  value: string;
  items?: DicomElement[][];
}

/** Output of `hifuse inspect` (see README, formats). */
export interface Inspection {
  schema: 1;
  file: string;
  header: Record<string, unknown>;
  frame0: {
    sha256: string;
    shape: number[];
    dtype: 'uint8' | 'int8' | 'uint16' | 'int16' | 'uint32' | 'int32' | 'float32' | 'float64';
    min: number;
    max: number;
    mean: number;
  } | null;
  /** What the reader must know of the header and the first frame. */
  warnings: readonly Warning[];
  error: ErrorValue | null;
}

/** Which network, and where it should run. */
export interface ModelSelection {
  /** Folder of the model package. */
  directory: string;
  engine: EngineChoice;
  device: DeviceChoice;
}

/** An engine on a device: whether it runs a model here, and why or why not. */
export type DeviceReport = {
  engine: EngineName;
  device: Device;
  /** Largest absolute difference of a self-test logit; null if it did not run. */
  selfTestDeviation: number | null;
  millisecondsPerImage: number | null;
} & (
  | { status: 'running' | 'available' | 'not-tried'; reason: Reason }
  | { status: 'unavailable' | 'rejected'; error: ErrorValue }
);

/** A model as loaded. */
export interface ModelInfo {
  directory: string;
  manifest: Manifest;
  engine: EngineName;
  device: Device;
  precision: Precision;
  preferredBatch: number;
  /** Bytes of weights that the engine holds. */
  weightBytes: number;
  devices: DeviceReport[];
}

export interface ClassScore {
  name: string;
  displayName: string;
  logit: number;
  /** Softmax of the logits (divided by the temperature if calibrated), 0..1. */
  probability: number;
}

/** Grad-CAM of one class on the grid of the last fused map: ReLU, not normalised. */
export interface HeatMap {
  classIndex: number;
  rows: number;
  columns: number;
  values: Float32Array<ArrayBuffer>;
}

export interface Prediction {
  /** Of this one answer: a report is made of it, without running the network again. */
  id: string;
  image: ImageSource;
  /** Of the frame that was classified: a picture with another content is of another file. */
  content: FrameContent;
  /** In the model's order. */
  classes: ClassScore[];
  /** Index of the most probable class. */
  top1: number;
  calibrated: boolean;
  /** Whether the answer is worth reading; goes wherever the answer goes. */
  verdict: Verdict;
  /** Names of the classes that hold the true one with the coverage of the package's first level; null without it. */
  set: { coverage: number; names: string[] } | null;
  model: { id: string; version: string; name: string; weightsSha256: string };
  engine: EngineName;
  device: Device;
  precision: Precision;
  preprocessing: {
    geometry: Geometry;
    window: string;
    /** What the network saw, in image pixels. */ region: Rectangle;
  };
  milliseconds: { decode: number; preprocess: number; infer: number; total: number };
  /** One per class, in the model's order, where asked for; on one absolute scale. */
  heatMaps: HeatMap[] | null;
  warnings: Warning[];
}

/** Exactly what the network received, before normalisation. */
export interface NetworkInput {
  width: 224;
  height: 224;
  /** 224*224*3, interleaved. */
  rgb: Uint8Array<ArrayBuffer>;
  region: Rectangle;
  content: FrameContent;
}

/** How a frame becomes a picture; as 'image.render' says. */
export interface RenderOptions extends Pick<Presentation, 'voi' | 'inverted'> {
  maxSize: number | null;
}

/** A frame as a picture. */
export interface RenderedPng {
  png: Uint8Array<ArrayBuffer>;
  width: number;
  height: number;
  /** What it is seen through, in words; null: colour, which has no window. */
  window: string | null;
  /** How the patient lies in it, as the file says. */
  orientation: Pick<Frame, 'plane' | 'patientOrientation'>;
  /** Of the image's own pixels; null where the file does not give it. */
  spacing: Spacing | null;
  content: FrameContent;
}

/** What a checkpoint's names and shapes tell. */
export interface CheckpointSummary {
  format: string;
  architecture: Manifest['architecture'];
  variant: string;
  classCount: number;
  parameters: number;
  dtypes: string[];
  /** Names that are known and not used, with the reason. */
  ignored: { name: string; reason: string }[];
}

/** Which checkpoint becomes a package, where, and what the file cannot tell. */
export interface ImportOptions extends PackageDescription {
  checkpoint: string;
  /** Folder of the package; must not exist yet, or be empty. */
  out: string;
}

/** A checkpoint that may become a package, and images to try it on before. */
export interface PreviewRequest {
  checkpoint: string;
  description: PackageDescription;
  images: ImageSource[];
  /** Whether to hand out what the network sees: pictures of 150 kB, two per image. */
  pictures: boolean;
}

/** What a network would say of an image in one geometry. */
export interface PreviewView {
  geometry: Geometry;
  classes: ClassScore[];
  top1: number;
  /** Null where pictures were not asked for. */
  input: NetworkInput | null;
}

export type PreviewOutcome =
  { ok: true; image: ImageSource; views: PreviewView[] } | { ok: false; image: ImageSource; error: ErrorValue };

/** What choices of an import do to predictions. Counts are of the images that could be read. */
export interface CheckpointPreview {
  /** In the order asked for. */
  images: PreviewOutcome[];
  readable: number;
  /** Images whose most probable class differs between the geometries. */
  geometryChangesTop1: number;
  /** What storing the weights as the package will does to predictions in the geometry that was described. */
  storage: { dtype: 'float16' | 'float32'; changesTop1: number; largestProbabilityDifference: number };
}

export interface VerifyReport {
  id: string;
  ok: boolean;
  engine: EngineName;
  device: Device;
  precision: Precision;
  /** Largest absolute difference of a logit. */
  deviation: number;
  tolerance: number;
}

/** A model to quantise, with images like those that it is for. No image is in both lists. */
export interface QuantizeRequest {
  directory: string;
  /** Folder of the new package; its last part becomes the id. */
  out: string;
  calibration: string[];
  /** `label`: index of the class, null where unknown. */
  heldBack: { path: string; label: number | null }[];
}

/** A model to calibrate. No image is in both lists, and none of either in what the model is to be measured with. */
export interface CalibrateRequest {
  directory: string;
  /** Folder of the new package; its last part becomes the id. */
  out: string;
  /** Images that the network was not trained on; `label`: index of the class. */
  data: { path: string; label: number }[];
  dataName: string;
  /** Images that it was trained on, or others of the same kind. */
  reference: string[];
  referenceName: string;
  /** Of the prediction sets, 0..1; the first is the one that is shown. */
  coverages: number[];
  /** Share of images like the data that are not to be called unusual, 0..1. */
  share: number;
}

/** A model whose doubt is to be measured, on images that it was neither trained nor calibrated on. */
export interface MeasureRequest {
  directory: string;
  /** `label`: index of the class. */
  data: { path: string; label: number }[];
  dataName: string;
  /** Files of other things than the model is meant for. */
  far: string[];
  farName: string;
  /** Images of the data that are changed in every way; spread evenly. */
  nearImages: number;
  /** Pictures of each kind that is made by code. */
  madePictures: number;
}

/** The package that was written. */
export interface Calibrated {
  directory: string;
  manifest: Manifest;
  /** Files that were no images. */
  unreadable: number;
}

/** What a file says of itself beside its pixels, where asked for. */
export interface FileFacts {
  /** Of all bytes of the file. */
  sha256: string;
  /** Of the version that was classified. */
  header: ImageHeader;
}

/** An item of a batch: a prediction, or why there is none. */
export type Outcome =
  { ok: true; prediction: Prediction; facts?: FileFacts } | { ok: false; image: ImageSource; error: ErrorValue };

/** Every request with its parameters and its result. Handlers are declared `satisfies` this. */
export interface WorkerApi {
  /** Header alone; throws `image.*` or `dicom.*`. */
  'image.header': { params: { path: string }; result: ImageHeader };
  /** Headers of many files in one request, in order. Never throws for a single file. */
  'image.headers': {
    params: { paths: string[] };
    result: ({ ok: true; header: ImageHeader } | { ok: false; error: ErrorValue })[];
  };
  'image.elements': { params: { path: string }; result: DicomElement[] };
  'image.inspect': { params: { path: string }; result: Inspection };
  'image.frame': { params: ImageSource; result: Frame };
  /** PNG, as the file asks to be shown, longest side at most `size`. */
  'image.thumbnail': { params: ImageSource & { size: number }; result: { png: Uint8Array<ArrayBuffer> } };
  /**
   * PNG, 8 bits, upright. `voi`: null: as the file asks. `inverted`: on top of what the file asks. `maxSize`: in square
   * pixels, the longer side at most so long; null: one pixel per pixel of the image, whatever their shape.
   */
  'image.render': { params: ImageSource & RenderOptions; result: RenderedPng };
  'model.load': { params: ModelSelection; result: ModelInfo };
  'model.verify': { params: ModelSelection; result: VerifyReport };
  /** Tries every device for a model and says how each did. */
  'model.devices': { params: ModelSelection; result: DeviceReport[] };
  /** One outcome per image, in order. */
  'model.classify': {
    /**
     * `batchSize`: images that the network gets at once; left out: what is fastest on the device. `facts`: tell of the
     * files, too.
     */
    params: { images: ImageSource[]; model: ModelSelection; heatMaps: boolean; batchSize?: number; facts?: boolean };
    result: Outcome[];
  };
  /** Writes the network as a standalone ONNX file. */
  'model.export': { params: { directory: string; out: string }; result: { id: string; bytes: number } };
  /** Writes an int8 package; refuses where accuracy would suffer (`model.quantization-refused`). */
  'model.quantize': { params: QuantizeRequest; result: { directory: string; manifest: Manifest; unreadable: number } };
  /** Writes a package with the calibration and statistics of these images. */
  'model.calibrate': { params: CalibrateRequest; result: Calibrated };
  /** Measures how well a model tells what it is not meant for. */
  'model.measure': { params: MeasureRequest; result: DoubtMeasurement };
  /** Looks for images that cannot be read, and for the same picture in two parts. */
  'train.check': {
    params: { images: { path: string; part: string }[]; preprocessing: Manifest['preprocessing'] };
    result: { unreadable: string[]; lookalikes: Lookalike[] };
  };
  /** Trains a network and makes a package of it; see worker/train/trainer.ts. */
  'train.run': { params: TrainRequest; result: TrainResult };
  'model.input': { params: ImageSource & { model: ModelSelection }; result: NetworkInput };
  'checkpoint.summary': { params: { path: string }; result: CheckpointSummary };
  /** Runs the checkpoint's network on images in both geometries, before anything is written. */
  'checkpoint.preview': { params: PreviewRequest; result: CheckpointPreview };
  'checkpoint.import': { params: ImportOptions; result: { directory: string; manifest: Manifest } };
}

export type WorkerMethod = keyof WorkerApi;

export type WorkerRequest = {
  [M in WorkerMethod]: { kind: 'request'; id: number; method: M; params: WorkerApi[M]['params'] };
}[WorkerMethod];

/** From main to worker. */
export type ToWorker = WorkerRequest | { kind: 'cancel'; id: number };

/** From worker to main. */
export type FromWorker =
  | { kind: 'ready' }
  | { kind: 'result'; id: number; result: unknown }
  | { kind: 'error'; id: number; error: ErrorValue }
  | { kind: 'progress'; id: number; done: number; total: number; text: string }
  /** Every second, while the main thread of the process is alive. Bytes of resident memory. */
  | { kind: 'heartbeat'; rss: number };
