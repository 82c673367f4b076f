/** Small made-up values for tests. */
import type { BatchRow, ImageEntry, Prediction, StudiesUpdate } from '../../main/ipc/contract.ts';

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
    laterality: '',
    photometricInterpretation: 'MONOCHROME2',
    imageType: ['ORIGINAL', 'PRIMARY'],
    sopClassUid: '1.2.840.10008.5.1.4.1.1.1',
    burnedInAnnotation: '',
    qualityControlImage: '',
    protocolName: '',
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
    accessionNumber: '',
    institutionName: '',
    seriesUid: '1',
    seriesNumber: null,
    seriesDescription: '',
    sopInstanceUid: '1',
    instanceNumber: null,
    plane: null,
    ...changes,
  };
}

/**
 * A snapshot of a list: series by their ids, each given as its image ids in the order of their names; one that ends in
 * '!' has an error and is in no series, one with '*3' has 3 frames.
 */
export function studyListOf(series: Record<string, string[]>): StudiesUpdate {
  const images = Object.entries(series).flatMap(([seriesId, ids]) => ids.map((id) => ({ seriesId, id })));
  return {
    revision: 1,
    reset: true,
    complete: true,
    studies: [{ id: 'study', patientName: '', patientId: '', date: '', description: '' }],
    series: Object.keys(series).map((id) => ({
      ...{ id, studyId: 'study', kind: 'dicom', folder: '', modality: 'CR', number: null, description: id },
    })),
    images: images.map(({ seriesId, id }, order): ImageEntry => {
      const image = { id, order, name: `${id}.dcm` };
      const error = { code: 'image.corrupt', details: { file: id } } as const;
      return id.endsWith('!')
        ? { ...image, seriesId: null, header: null, error }
        : {
            ...image,
            seriesId,
            header: headerOf({ frames: Number(id.split('*')[1] ?? 1) }),
            error: null,
          };
    }),
    closed: [],
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
    verdict: { state: 'inside', reasons: [], oodScore: 0.5 },
    set: null,
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
