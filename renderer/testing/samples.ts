/** Small made-up values for tests. */
import type { BatchRow, ImageEntry, Prediction, StudyList } from '../../main/ipc/contract.ts';

export { rowOf as frameOf } from '../../models/imaging/testing/frames.ts';

export function headerOf(changes: Partial<NonNullable<ImageEntry['header']>> = {}): NonNullable<ImageEntry['header']> {
  return {
    fileVersion: '1',
    format: 'dicom',
    rows: 2,
    columns: 2,
    frames: 1,
    frameTime: null,
    modality: 'CR',
    bodyPart: 'CHEST',
    viewPosition: 'PA',
    patientName: '',
    patientId: '',
    patientBirthDate: '',
    patientSex: '',
    patientAge: '',
    age: null,
    studyUid: '1',
    studyDate: '',
    studyTime: '',
    studyDescription: '',
    seriesUid: '1',
    seriesNumber: null,
    seriesDescription: '',
    sopInstanceUid: '1',
    instanceNumber: null,
    plane: null,
    ...changes,
  };
}

/** A list of series, each given as its image ids; an id that ends in '!' has an error, one with '*3' has 3 frames. */
export function studyListOf(series: Record<string, string[]>): StudyList {
  const ids = Object.values(series).flat();
  const entries = ids.map((id): [string, ImageEntry] => {
    const frames = Number(id.split('*')[1] ?? 1);
    const error = id.endsWith('!') ? ({ code: 'image.corrupt', details: { file: id } } as const) : null;
    return [id, { id, name: `${id}.dcm`, header: error ? null : headerOf({ frames }), error }];
  });
  return {
    series: Object.entries(series).map(([id, imageIds]) => ({ id, title: id, subtitle: '', modality: 'CR', imageIds })),
    images: Object.fromEntries(entries),
    pending: 0,
    skipped: 0,
  };
}

export function predictionOf(probabilities: Record<string, number>, changes: Partial<Prediction> = {}): Prediction {
  const classes = Object.entries(probabilities).map(([name, probability]) => {
    return { name, displayName: name, logit: Math.log(probability), probability };
  });
  return {
    id: '1',
    image: { path: '', frame: 0 },
    content: { sha256: '', fileVersion: '1' },
    classes,
    top1: classes.findIndex(({ probability }) => probability === Math.max(...Object.values(probabilities))),
    calibrated: false,
    model: { id: 'm', version: '1', name: 'M', weightsSha256: 'ab' },
    engine: 'onnx',
    device: 'cpu',
    precision: 'float32',
    preprocessing: { geometry: 'stretch-224', window: '', region: { left: 0, top: 0, width: 2, height: 2 } },
    milliseconds: { decode: 1, preprocess: 1, infer: 1, total: 3 },
    heatMaps: [],
    warnings: [],
    ...changes,
  };
}

export function batchRowOf(file: string, prediction: Prediction | null, status: BatchRow['status'] = 'ok'): BatchRow {
  const error = status === 'failed' ? ({ code: 'image.corrupt', details: { file } } as const) : null;
  return { imageId: file, file, frame: 0, status, prediction, error };
}
