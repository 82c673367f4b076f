import { english } from '../../models/texts/texts.ts';
import { expect, it } from 'vitest';
import type { Api, CheckpointPreview, CheckpointSummary, ModelSummary } from '../../main/ipc/contract.ts';
import { architectureOf } from '../../models/hifuse/variants.ts';
import { FakeClient } from '../testing/fake-client.ts';
import { idOf, ModelImport } from './model-import.svelte.ts';
import { UploadQueue } from './upload-queue.svelte.ts';

it('makes ids fit', () => {
  expect([idOf('Lungs, 2nd try!'), idOf('été'), idOf('肺')]).toEqual(['lungs-2nd-try', 'ete', 'model']);
});

it('tries the model as it is described, and forgets the answer with the checkpoint', async () => {
  const asked: unknown[] = [];
  const preview: CheckpointPreview = {
    images: [],
    readable: 3,
    geometryChangesTop1: 1,
    storage: { dtype: 'float16', changesTop1: 0, largestProbabilityDifference: 0.001 },
  };
  const main = new FakeClient({
    'models.upload': () => null,
    'models.checkpoint': () => ({ architecture: architectureOf('nano', 'dense') }) as CheckpointSummary,
    'models.preview': (params) => {
      asked.push(params);
      return preview;
    },
  });
  const wizard = new ModelImport(main, new UploadQueue(main));
  await wizard.read(new File(['x'], 'best.pth'));
  wizard.form.geometry = 'stretch-224';
  await wizard.tryOn({ folder: '/images' });
  expect(asked).toMatchObject([{ folder: '/images', options: { preprocessing: { geometry: 'stretch-224' } } }]);
  expect(wizard.preview).toBe(preview);
  await wizard.read(new File(['x'], 'other.pth'));
  expect(wizard.preview).toBeNull();
});

it('reads a checkpoint, asks for what is missing, and imports it under a free id', async () => {
  const summary: CheckpointSummary = {
    format: 'PyTorch',
    architecture: architectureOf('nano', 'dense'),
    variant: 'nano',
    classCount: 2,
    parameters: 1,
    dtypes: ['F32'],
    ignored: [],
  };
  let asked: Api['models.import']['params'] | undefined;
  const main = new FakeClient({
    'models.upload': () => null,
    'models.checkpoint': () => summary,
    'models.import': (params) => {
      asked = params;
      return {} as ModelSummary;
    },
  });
  const wizard = new ModelImport(main, new UploadQueue(main));
  await wizard.read(new File(['x'], 'best.pth'));
  expect(wizard.missing(english)).toEqual(['a name', '2 class names (there are 0)', 'the licence of the weights']);
  await wizard.readClasses(new File(['{"0": "sick", "1": "well"}'], 'class_indices.json'));
  Object.assign(wizard.form, { name: 'My model', license: 'MIT', modalities: 'cr, dx', youngest: '1', oldest: '' });
  expect(wizard.missing(english)).toEqual([]);
  await wizard.run(['my-model']);
  expect(wizard.error).toBeNull();
  expect(asked?.options).toMatchObject({
    id: 'my-model-2',
    classes: [
      { name: 'sick', displayName: 'Sick' },
      { name: 'well', displayName: 'Well' },
    ],
    intended: { modalities: ['CR', 'DX'], bodyParts: [], views: [], ageYears: { minimum: 1, maximum: null } },
  });
});
