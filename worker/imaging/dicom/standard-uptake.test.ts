import { afterAll, describe, expect, test } from 'vitest';
import { decodeFrame } from '../index.ts';
import { TestFolder } from '../testing/image.ts';
import type { DataSetValues } from './write.ts';

const folder = new TestFolder();
afterAll(() => {
  folder.remove();
});

const injection = {
  RadiopharmaceuticalStartTime: '090000',
  RadionuclideTotalDose: 370_000_000,
  RadionuclideHalfLife: 6586.2,
};

const pet: DataSetValues = {
  Modality: 'PT',
  Units: 'BQML',
  CorrectedImage: ['NORM', 'DTIM', 'ATTN', 'SCAT', 'DECY'],
  DecayCorrection: 'START',
  PatientWeight: 70,
  SeriesDate: '20240102',
  SeriesTime: '100000.000000',
  AcquisitionDate: '20240102',
  AcquisitionTime: '100130.50',
  RadiopharmaceuticalInformationSequence: [injection],
};

const factor = async (changes: DataSetValues): Promise<number | undefined> =>
  (await decodeFrame(folder.image({ ...pet, ...changes }), 0)).standardUptake;

/** One hour after the injection. */
const EXPECTED = 70_000 / (370_000_000 * Math.pow(0.5, 3600 / 6586.2));

describe('SUV by body weight', () => {
  test('is dose that is left per gram', async () => {
    expect(await factor({})).toBeCloseTo(EXPECTED, 12);
  });

  test.each<[string, DataSetValues, number]>([
    ['the injection with its date', { ...dated('20240102090000') }, EXPECTED],
    [
      'an injection before midnight',
      {
        SeriesTime: '003000',
        AcquisitionTime: '003100',
        RadiopharmaceuticalInformationSequence: [{ ...injection, RadiopharmaceuticalStartTime: '233000' }],
      },
      EXPECTED,
    ],
    ['corrected to the injection', { DecayCorrection: 'ADMIN' }, 70_000 / 370_000_000],
    ['SUV already', { Units: 'GML', SUVType: 'BW' }, 1],
  ])('%s', async (_, changes, expected) => {
    expect(await factor(changes)).toBeCloseTo(expected, 12);
  });

  test.each<[string, DataSetValues]>([
    ['no weight', { PatientWeight: 0 }],
    ['no dose', { RadiopharmaceuticalInformationSequence: [{ ...injection, RadionuclideTotalDose: 0 }] }],
    ['no injection', { RadiopharmaceuticalInformationSequence: [] }],
    ['not corrected for decay', { CorrectedImage: ['ATTN'] }],
    ['counts', { Units: 'CNTS' }],
    ['SUV by lean body mass', { Units: 'GML', SUVType: 'LBM' }],
    ['no decay correction named', { DecayCorrection: 'NONE' }],
    ['a series that was made after the scan', { SeriesTime: '120000' }],
    ['an injection after the scan', { ...dated('20240103090000') }],
    ['another modality', { Modality: 'CT' }],
  ])('is not guessed: %s', async (_, changes) => {
    expect(await factor(changes)).toBeUndefined();
  });
});

function dated(time: string): DataSetValues {
  return { RadiopharmaceuticalInformationSequence: [{ ...injection, RadiopharmaceuticalStartDateTime: time }] };
}
