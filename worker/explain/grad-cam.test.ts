import { expect, test } from 'vitest';
import { fillFormula, formulaStateDict } from '../../models/hifuse/formula.ts';
import { headState } from '../../models/hifuse/network.ts';
import { SMALL } from '../../models/package/testing/example.ts';
import { gradCam } from './grad-cam.ts';

test('needs no weights but those of the head', () => {
  const state = formulaStateDict(SMALL, 3);
  const head = headState(state);
  const shape = [1, 8 * SMALL.width, 7, 7];
  const fused4 = { shape, data: fillFormula('fused4', shape) };
  const map = gradCam(fused4, head, 0, 2);
  expect(map).toEqual(gradCam(fused4, state, 0, 2));
  expect(Math.max(...map.values)).toBeGreaterThan(0);
  expect([...head.keys()].sort()).toEqual(['conv_head.bias', 'conv_head.weight', 'conv_norm.bias', 'conv_norm.weight']);
  for (const { data } of head.values()) expect(data.buffer.byteLength).toBe(data.byteLength);
});
