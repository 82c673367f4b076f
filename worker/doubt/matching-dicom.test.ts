/** X-rays of the test part, written as DICOM files that state what the model is meant for: inside. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { judge } from '../../models/doubt/judge.ts';
import type { Verdict } from '../../models/doubt/verdict.ts';
import { onnxEngine } from '../engines/onnx/engine.ts';
import type { Session } from '../engines/engine.ts';
import { encodeDicom, type DataSetValues } from '../imaging/dicom/write.ts';
import { decodeWithHeader } from '../imaging/index.ts';
import { preprocess } from '../imaging/preprocess.ts';
import { loadPackage, type LoadedPackage } from '../import/load-package.ts';

const DATA = '../shared/datasets/chest-xray';
/** All of them in the long run; thirty otherwise. */
const EVERY = process.env['HIFUSE_LONG'] === '1' ? 1 : 18;

const SIZE = 224;

/** How systems write a radiograph: 8 bits as they are, 12 bits with low values white, and 12 bits without a window. */
const FORMS: readonly ((grey: Uint8Array) => DataSetValues)[] = [
  (grey) => ({
    ...stored(8),
    ...CR,
    PhotometricInterpretation: 'MONOCHROME2',
    WindowCenter: 128,
    WindowWidth: 256,
    PatientAge: '003Y',
    ViewPosition: 'AP',
    PixelData: Uint8Array.from(grey),
  }),
  (grey) => ({
    ...stored(12),
    ...DX,
    PhotometricInterpretation: 'MONOCHROME1',
    WindowCenter: 2048,
    WindowWidth: 4096,
    PatientBirthDate: '20200301',
    StudyDate: '20240415',
    ViewPosition: 'PA',
    PixelData: Uint16Array.from(grey, (level) => 4095 - 16 * level),
  }),
  (grey) => ({
    ...stored(12),
    ...DX,
    PhotometricInterpretation: 'MONOCHROME2',
    RescaleSlope: 1,
    RescaleIntercept: -1024,
    PatientAge: '018M',
    ViewPosition: 'AP',
    PixelData: Uint16Array.from(grey, (level) => 16 * level),
  }),
];
const CR = { SOPClassUID: '1.2.840.10008.5.1.4.1.1.1', Modality: 'CR' } as const;
const DX = { SOPClassUID: '1.2.840.10008.5.1.4.1.1.1.1', Modality: 'DX' } as const;
const stored = (bits: number): DataSetValues => ({
  ImageType: ['ORIGINAL', 'PRIMARY'],
  SOPInstanceUID: '2.25.1',
  BodyPartExamined: 'CHEST',
  BurnedInAnnotation: 'NO',
  SamplesPerPixel: 1,
  Rows: SIZE,
  Columns: SIZE,
  BitsAllocated: bits === 8 ? 8 : 16,
  BitsStored: bits,
  HighBit: bits - 1,
  PixelRepresentation: 0,
});

describe.skipIf(!existsSync(DATA))('test X-rays as matching DICOM files', () => {
  let folder: string;
  let model: LoadedPackage;
  let session: Session;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'hifuse-matching-'));
    model = await loadPackage('models/bundled/chest-xray-nano');
    session = await onnxEngine.load(model, 'cpu');
  });
  afterAll(async () => {
    await session.dispose();
    await rm(folder, { recursive: true });
  });

  async function verdictOf(file: string, form: number): Promise<Verdict> {
    const grey = await sharp(file).greyscale().raw().toBuffer();
    const dicom = path.join(folder, 'image.dcm');
    await writeFile(dicom, encodeDicom(FORMS[form]!(grey)));
    const { frame, header } = await decodeWithHeader(dicom, 0);
    const { rgb, tensor } = preprocess(frame, model.manifest.preprocessing);
    const { pooled } = await session.run({ data: tensor, size: 1 }, ['pooled']);
    return judge(model.manifest.intended, model.reference, { facts: header, rgb, pooled: pooled!.data });
  }

  test('are inside', async () => {
    const files = readFileSync(`${DATA}/split.csv`, 'utf8')
      .split(/\r?\n/)
      .filter((line) => line.endsWith(',test'))
      .map((line) => `${DATA}/${line.split(',')[0]!}`)
      .filter((_, i) => i % EVERY === 0);
    const states: string[] = [];
    for (const [i, file] of files.entries()) {
      const { state, reasons } = await verdictOf(file, i % FORMS.length);
      // Whatever the pixels are, the header has nothing against it.
      expect(reasons.filter(({ code }) => !code.startsWith('pixels.'))).toEqual([]);
      states.push(state);
    }
    expect(states.length).toBeGreaterThanOrEqual(30);
    expect(states.filter((state) => state === 'inside').length / states.length).toBeGreaterThanOrEqual(0.96);
  }, 600_000);
});
