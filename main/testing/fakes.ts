/** Doubles for the tests of main: what the inference process would answer. */
import type {
  ImageHeader,
  ImageSource,
  ModelInfo,
  NetworkInput,
  Prediction,
  RenderedPng,
  WorkerApi,
  WorkerMethod,
} from '../../worker/protocol.ts';
import type { Manifest } from '../../models/package/manifest.ts';
import { architectureOf } from '../../models/hifuse/variants.ts';
import { exampleManifest } from '../../models/package/testing/example.ts';
import { HifuseError } from '../../models/errors.ts';
import type { Requests } from '../services/classify.ts';

type Answers = { [M in WorkerMethod]?: (params: WorkerApi[M]['params']) => Promise<WorkerApi[M]['result']> };

/** Requests that are answered by functions; any other one fails. */
export function fakeRequests(answers: Answers): Requests {
  return {
    request: (method, params, options) => {
      const answer = answers[method];
      if (!answer)
        return Promise.reject(new HifuseError('internal', { reason: 'foreign', message: `no answer for ${method}` }));
      options?.signal?.throwIfAborted();
      return answer(params);
    },
  };
}

const CLASSES: Manifest['classes'] = [
  { name: 'bacterial pneumonia', displayName: 'Bacterial pneumonia' },
  { name: 'normal', displayName: 'Normal' },
  { name: 'viral pneumonia', displayName: 'Viral pneumonia' },
];

const WEIGHTS_SHA256 = 'ab'.repeat(32);

export function fakePrediction(image: ImageSource, probabilities = [0.2, 0.7, 0.1]): Prediction {
  return {
    id: `prediction of ${image.path} ${image.frame}`,
    image,
    content: { sha256: 'cd'.repeat(32), fileVersion: '1' },
    classes: probabilities.map((probability, i) => ({
      ...(CLASSES[i] ?? { name: `class ${i}`, displayName: `Class ${i}` }),
      logit: Math.log(probability),
      probability,
    })),
    top1: probabilities.indexOf(Math.max(...probabilities)),
    calibrated: false,
    verdict: { state: 'inside', reasons: [], oodScore: 0.5 },
    set: null,
    model: { id: 'chest', version: '1.0.0', name: 'Chest radiographs', weightsSha256: WEIGHTS_SHA256 },
    engine: 'onnx',
    device: 'cpu',
    precision: 'float32',
    preprocessing: { geometry: 'stretch-224', window: 'file', region: { left: 0, top: 0, width: 40, height: 30 } },
    milliseconds: { decode: 1, preprocess: 2, infer: 3.25, total: 6.25 },
    heatMaps: null,
    warnings: [],
  };
}

export function fakeHeader(path: string, changes: Partial<ImageHeader> = {}): ImageHeader {
  return {
    path,
    fileVersion: '1',
    format: 'dicom',
    rows: 30,
    columns: 40,
    frames: 1,
    frameTime: null,
    modality: 'CR',
    bodyPart: 'CHEST',
    viewPosition: 'AP',
    laterality: '',
    photometricInterpretation: 'MONOCHROME2',
    imageType: ['ORIGINAL', 'PRIMARY'],
    sopClassUid: '1.2.840.10008.5.1.4.1.1.1',
    burnedInAnnotation: '',
    qualityControlImage: '',
    protocolName: '',
    patientName: 'Phantom^Chest',
    patientId: 'SYN-1',
    patientBirthDate: '20190203',
    patientSex: 'F',
    patientAge: '005Y',
    age: { years: 5, source: 'stated' },
    studyUid: '1.2.3',
    studyDate: '20240131',
    studyTime: '101112',
    studyDescription: 'Chest',
    accessionNumber: 'ACC-7',
    institutionName: 'Children’s Hospital',
    seriesUid: '1.2.3.4',
    seriesNumber: 1,
    seriesDescription: 'AP',
    sopInstanceUid: '1.2.3.4.5',
    instanceNumber: 1,
    plane: null,
    ...changes,
  };
}

export function fakeManifest(changes: Partial<Manifest> = {}): Manifest {
  const example = exampleManifest();
  return {
    ...example,
    id: 'chest',
    name: 'Chest radiographs',
    license: 'CC-BY-4.0',
    architecture: architectureOf('nano', 'depthwise'),
    classes: CLASSES,
    intended: {
      modalities: ['CR', 'DX'],
      bodyParts: ['CHEST'],
      views: ['AP', 'PA'],
      ageYears: { minimum: 1, maximum: 5 },
    },
    training: { data: 'Chest radiographs of children, one hospital', metrics: { accuracy: 0.871 } },
    weights: { ...example.weights, sha256: WEIGHTS_SHA256 },
    ...changes,
  };
}

/** What a picture says of itself, beside its pixels. */
export const fakeRendering: Pick<RenderedPng, 'window' | 'orientation' | 'spacing'> = {
  window: 'W 400 L 40',
  orientation: { plane: null, patientOrientation: null },
  spacing: null,
};

/** What the network received of a frame of that content. */
export const fakeInput = (content: NetworkInput['content']): NetworkInput => ({
  width: 224,
  height: 224,
  rgb: new Uint8Array(224 * 224 * 3).fill(60),
  region: { left: 0, top: 0, width: 40, height: 30 },
  content,
});

/** A model as loaded. */
export function fakeModel(changes: Partial<ModelInfo> = {}): ModelInfo {
  return {
    directory: '/model',
    manifest: fakeManifest(),
    engine: 'onnx',
    device: 'cpu',
    precision: 'float32',
    preferredBatch: 2,
    weightBytes: 0,
    devices: [],
    ...changes,
  };
}
