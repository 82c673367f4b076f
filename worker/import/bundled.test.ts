import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { indexOfLargest, probabilities } from '../../models/hifuse/probabilities.ts';
import type { Session } from '../engines/engine.ts';
import { onnxEngine } from '../engines/onnx/engine.ts';
import { preprocess } from '../imaging/preprocess.ts';
import { decodeFrame } from '../imaging/index.ts';
import { importCheckpoint } from './import-checkpoint.ts';
import { loadPackage, readPackageSummary, type LoadedPackage } from './load-package.ts';
import { runSelfTest } from '../engines/self-test.ts';
import { temporaryFolder } from './testing/checkpoints.ts';

const BUNDLED = 'models/bundled';
const packages = readdirSync(BUNDLED).filter((name) => statSync(`${BUNDLED}/${name}`).isDirectory());

describe.each(packages)('%s', (id) => {
  const directory = `${BUNDLED}/${id}`;
  let model: LoadedPackage;
  let session: Session;
  beforeAll(async () => {
    model = await loadPackage(directory);
    session = await onnxEngine.load(model, 'cpu');
  });
  afterAll(() => session.dispose());

  test('is called like its folder, and has a model card that says what it is not for', async () => {
    const { manifest, modelCard } = await readPackageSummary(directory);
    expect(manifest).toEqual(model.manifest);
    expect(manifest.id).toBe(id);
    expect(modelCard).toBe(model.modelCard);
    expect(modelCard).toMatch(/not for diagnosis/i);
    expect(modelCard).toMatch(/licen[cs]e/i);
  });

  test('passes its self-test on the processor', async () => {
    const { deviation, tolerance, ok } = await runSelfTest(session, model.selfTest);
    expect(ok, `off by ${deviation}, and ${tolerance} is allowed`).toBe(true);
  });
});

describe('chest-xray-nano', () => {
  const SAMPLES = '../shared/samples';
  const CHECKPOINT = '../shared/checkpoints/chest-xray-nano/best_model.pth';
  const directory = `${BUNDLED}/chest-xray-nano`;

  interface Expected {
    classes: string[];
    files: Record<string, { probabilities: number[]; logits: number[] }>;
  }

  test("agrees with PyTorch on pictures of the project's own", { timeout: 180_000 }, async () => {
    // Made by scripts/samples/expected.py.
    const { weightsSha256, logits } = JSON.parse(
      readFileSync(`${import.meta.dirname}/fixtures/pytorch-logits.json`, 'utf8'),
    ) as { weightsSha256: string; logits: Record<string, number[]> };
    const model = await loadPackage(directory);
    expect(model.manifest.weights.sha256, 'run scripts/samples/expected.py again').toBe(weightsSha256);
    const session = await onnxEngine.load(model, 'cpu');
    expect(Object.keys(logits)).toHaveLength(12);
    for (const [file, expected] of Object.entries(logits)) {
      const { tensor } = preprocess(await decodeFrame(file, 0), model.manifest.preprocessing);
      const own = (await session.run({ data: tensor, size: 1 })).logits.data;
      expect(Math.max(...expected.map((logit, i) => Math.abs(logit - own[i]!))), file).toBeLessThan(0.01);
    }
    await session.dispose();
  });

  test.skipIf(!existsSync(SAMPLES))(
    'agrees with PyTorch in float32 on every sample',
    async () => {
      const expected = JSON.parse(readFileSync(`${SAMPLES}/expected.json`, 'utf8')) as Expected;
      const model = await loadPackage(directory);
      const session = await onnxEngine.load(model, 'cpu');
      expect(model.manifest.classes.map(({ name }) => name)).toEqual(expected.classes);
      let largest = 0;
      for (const [file, reference] of Object.entries(expected.files)) {
        const frame = await decodeFrame(`${SAMPLES}/${file}`, 0);
        const { tensor } = preprocess(frame, model.manifest.preprocessing);
        const { logits } = await session.run({ data: tensor, size: 1 });
        const own = probabilities(logits.data);
        reference.probabilities.forEach((value, i) => (largest = Math.max(largest, Math.abs(value - own[i]!))));
        expect(indexOfLargest(own), file).toBe(indexOfLargest(reference.probabilities));
      }
      await session.dispose();
      expect(Object.keys(expected.files)).toHaveLength(60);
      console.log(`largest difference of a probability: ${largest.toExponential(2)}`);
      expect(largest).toBeLessThan(0.005);
    },
    180_000,
  );

  test.skipIf(!existsSync(CHECKPOINT))(
    'is what importing its checkpoint gives, to the byte, and its calibration beside',
    async () => {
      const folder = temporaryFolder();
      try {
        const { manifest, modelCard } = await readPackageSummary(directory);
        const { id, name, version, license, preprocessing, intended, training } = manifest;
        await importCheckpoint({
          checkpoint: CHECKPOINT,
          out: `${folder.path}/again`,
          ...{ id, name, version, license, preprocessing, intended, training },
          classes: [...manifest.classes],
          doubleSigmoid: false,
          modelCard,
        });
        const imported = (await readPackageSummary(`${folder.path}/again`)).manifest;
        expect(imported.calibration).toBeNull();
        const { calibration, statistics } = manifest;
        expect({ ...imported, calibration, statistics }).toEqual(manifest);
        for (const file of ['weights.safetensors', 'MODEL_CARD.md']) {
          const [own, again] = [directory, `${folder.path}/again`].map((path) => readFileSync(`${path}/${file}`));
          expect(own!.equals(again!), file).toBe(true);
        }
      } finally {
        folder.remove();
      }
    },
  );
});
