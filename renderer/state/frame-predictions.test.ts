import { expect, it } from 'vitest';
import { HifuseError } from '../../models/errors.ts';
import { FakeClient } from '../testing/fake-client.ts';
import { predictionOf } from '../testing/samples.ts';
import { FramePredictions } from './frame-predictions.svelte.ts';

it('classifies each frame once, and again after a failure', async () => {
  let broken = true;
  const main = new FakeClient({
    'predictions.classify': () => {
      if (broken) throw new HifuseError('worker.crashed');
      return predictionOf({ a: 0.9, b: 0.1 });
    },
  });
  const predictions = new FramePredictions(main);
  await predictions.classify('x', 0);
  expect(predictions.of('x', 0)).toEqual({ state: 'failed', error: { code: 'worker.crashed' } });
  broken = false;
  await predictions.classify('x', 0);
  await predictions.classify('x', 0);
  expect(predictions.of('x', 0)?.state).toBe('ok');
  expect(main.count('predictions.classify')).toBe(2);
  predictions.forget('x');
  expect(predictions.of('x', 0)).toBeUndefined();
});

it('drops the answer of a model that is no longer the chosen one', async () => {
  let answer: (value: ReturnType<typeof predictionOf>) => void = () => undefined;
  const main = new FakeClient({ 'predictions.classify': () => new Promise((resolve) => (answer = resolve)) });
  const predictions = new FramePredictions(main);
  const running = predictions.classify('x', 0);
  expect(predictions.of('x', 0)?.state).toBe('running');
  predictions.clear();
  answer(predictionOf({ a: 1 }));
  await running;
  expect(predictions.of('x', 0)).toBeUndefined();
});
