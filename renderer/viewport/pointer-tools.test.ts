import { english } from '../../models/texts/texts.ts';
import { describe, expect, it } from 'vitest';
import { windowOf } from '../../models/imaging/voi.ts';
import { View } from '../state/view.svelte.ts';
import { frameOf } from '../testing/samples.ts';
import { probe } from './pixel-probe.ts';
import { dragWindow, POINTER_TOOLS, toolOfButton, WheelSteps } from './pointer-tools.ts';
import { presetInUse, presetsOf } from './presets.ts';
import { describeSpacing, scaleBar } from './scale-bar.ts';

const frame = frameOf(new Int16Array([-1000, 40]), { rescale: { slope: 1, intercept: 0 }, unit: 'HU' });

describe('dragging', () => {
  it('widens to the right and brightens upwards', () => {
    const start = windowOf(40, 400);
    expect(dragWindow(frame, start, 50, 0).width).toBeGreaterThan(400);
    expect(dragWindow(frame, start, 0, -50).center).toBeLessThan(40);
    expect(dragWindow({ ...frame, invert: true }, start, 0, -50).center).toBeGreaterThan(40);
  });

  it('never makes a window that cannot be applied', () => {
    expect(dragWindow(frame, windowOf(40, 2), -1e6, 0).width).toBe(1);
    const floats = frameOf(new Float32Array([0, 1]), { automaticWindow: windowOf(0.5, 1) });
    const narrow = dragWindow(floats, windowOf(0.5, 1), -1e6, 0);
    expect(narrow.function).toBe('LINEAR_EXACT');
    expect(narrow.width).toBeGreaterThan(0);
  });

  it('keeps whole centres and widths where values are whole, however slowly one drags', () => {
    const { center, width } = dragWindow(frame, windowOf(40, 400), 1, 1);
    expect([center, width].every(Number.isInteger)).toBe(true);
    const view = new View();
    const layout = {
      viewport: { width: 100, height: 100 },
      image: { width: 2, height: 1 },
      stretch: { x: 1, y: 1 },
      placement: view.placement,
    };
    const start = { view, frame, layout, voi: windowOf(40, 10), at: { x: 0, y: 0 } };
    const drag = POINTER_TOOLS.window.begin(start);
    for (let x = 1; x <= 100; x++) drag({ x, y: 0 });
    expect(view.voi).toMatchObject({ center: 40, width: 18 });
  });

  it('pans with the middle and zooms with the right button', () => {
    expect([0, 1, 2].map((button) => toolOfButton(button, 'window'))).toEqual(['window', 'pan', 'zoom']);
  });
});

it('steps once for a notch of a wheel and gathers the small moves of a touchpad', () => {
  const steps = new WheelSteps();
  expect(steps.add({ deltaY: 120, deltaMode: 0 })).toBe(1);
  expect(steps.add({ deltaY: -3, deltaMode: 1 })).toBe(-1);
  expect([15, 15, 15].map((deltaY) => new WheelSteps().add({ deltaY, deltaMode: 0 }))).toEqual([0, 0, 0]);
  const pad = new WheelSteps();
  expect([15, 15, 15, 15, 15, 15].reduce((sum, deltaY) => sum + pad.add({ deltaY, deltaMode: 0 }), 0)).toBe(2);
});

it('says what stands under the cursor', () => {
  expect(probe(frame, 1.5, 0.5, english)).toBe('x 1  y 0  40 HU');
  expect(probe(frame, 2, 0, english)).toBeNull();
  expect(probe({ ...frame, padding: { low: -1000, high: -1000 } }, 0, 0, english)).toBe('x 0  y 0  padding');
});

it('offers the windows of the file first, then of the pixels, then by name', () => {
  const file = { ...windowOf(50, 350), explanation: 'SOFT' };
  const presets = presetsOf({ ...frame, voi: [file, windowOf(-600, 1500)] }, 'CT', english);
  expect(presets.slice(0, 3).map(({ label }) => label)).toEqual(['W 350 L 50 (SOFT)', 'W 1500 L -600', 'Automatic']);
  expect(presets.some(({ label }) => label.startsWith('Lung'))).toBe(true);
  expect(presetsOf(frame, 'MR', english).every(({ group }) => group === 'pixels')).toBe(true);
  expect(presetInUse(presets, null)?.id).toBe('file-0');
  expect(presetInUse(presets, windowOf(1, 2))).toBeUndefined();
});

it('draws a ruler of a round length', () => {
  expect(scaleBar(2, 250)).toEqual({ pixels: 200, label: '10 cm' });
  expect(scaleBar(1000, 100)).toBeNull();
  expect(describeSpacing({ row: 0.5, column: 0.25, source: 'PixelSpacing', note: null })).toBe(
    '0.5 × 0.25 mm (PixelSpacing)',
  );
});
