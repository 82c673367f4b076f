import { describe, expect, it } from 'vitest';
import { measuredSection, MEASURED_TITLE, withSection } from '../package/measured-card.ts';
import { exampleManifest } from '../package/testing/example.ts';
import { randomFrom } from '../random.ts';
import { FAR_CASES } from './far-cases.ts';
import { isWithheld, verdictOf } from './verdict.ts';
import {
  calibrationFigures,
  coverageFigures,
  farAuroc,
  matchingFacts,
  nearFigures,
  outsideFigures,
  type DoubtMeasurement,
} from './measurement.ts';
import { NEAR_CASES } from './near-cases.ts';
import { describePixels } from './pixels.ts';
import { pixelReasons } from './pixel-checks.ts';
import { intendedUseReasons } from '../intended-use.ts';

const LENGTH = 224 * 224 * 3;
/** Grey, bright in the upper left corner. */
const ramp = Uint8Array.from({ length: LENGTH }, (_, at) => {
  const [y, x] = [Math.floor(at / 672), Math.floor(at / 3) % 224];
  return 250 - Math.floor((y + x / 2) / 2);
});
const changed = (name: string, index = 0): Uint8Array =>
  NEAR_CASES.find((one) => one.name === name)!.change(ramp, index, randomFrom(1));
const level = (rgb: Uint8Array, y: number, x: number): number => rgb[3 * (y * 224 + x)]!;

const outside = verdictOf([{ code: 'pixels.noise' }], 3);
const inside = verdictOf([], 0.5);
const manifest = {
  ...exampleManifest(),
  calibration: {
    method: 'temperature',
    temperature: 2,
    data: 'val',
    images: 99,
    sets: [{ coverage: 0.9, marginal: 0, perClass: [0, 0] }],
  } as const,
};

describe('changed images', () => {
  it('are what they are called', () => {
    expect(level(changed('turned by 90°'), 0, 223)).toBe(level(ramp, 0, 0));
    expect(level(changed('turned by 180°'), 223, 223)).toBe(level(ramp, 0, 0));
    expect(level(changed('inverted'), 50, 60)).toBe(255 - level(ramp, 50, 60));
    const black = [0, 1, 2, 3].map((index) => changed('a quarter cut out, black', index));
    const cut = black.map((rgb) => rgb.filter((value) => value === 0).length / LENGTH);
    expect(cut).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(new Set(black.map(String)).size).toBe(4);
    expect(changed('half occluded', 3).filter((value) => value === 0)).toHaveLength(LENGTH / 2);
    const { details } = describePixels(changed('strongly blurred (sigma 4 pixels)'));
    expect(details[0]).toBeLessThan(describePixels(ramp).details[0]! + 0.5);
    for (const { change } of NEAR_CASES) expect(change(ramp, 1, randomFrom(1))).toHaveLength(LENGTH);
  });

  it('of other things differ from picture to picture', () => {
    const random = randomFrom(2);
    for (const { name, make } of FAR_CASES) {
      const [first, second] = [make(random), make(random)];
      expect(first, name).toHaveLength(LENGTH);
      if (name !== 'chequers') expect(first, name).not.toEqual(second);
    }
    const coloured = FAR_CASES.filter(({ name }) => name.endsWith('in colour'));
    for (const { make } of coloured) {
      expect(pixelReasons({ modalities: ['CR'] } as never, describePixels(make(random)))[0]?.code).toBe(
        'pixels.colour',
      );
    }
  });
});

describe('figures of doubt', () => {
  const images = [
    { logits: [4, 0], label: 0 },
    { logits: [4, 0], label: 0 },
    { logits: [0, 4], label: 1 },
    { logits: [0, 4], label: 0 },
  ];

  it('tell calibration and coverage', () => {
    const found = calibrationFigures(images, manifest)!;
    // Sure by 0.881 at a temperature of 2, right in three of four.
    expect(found.error).toBeCloseTo(0.131, 3);
    expect(found.errorBefore).toBeCloseTo(0.232, 3);
    expect(found.logLoss).toBeLessThan(found.logLossBefore);
    expect(coverageFigures(images, manifest)).toMatchObject([{ stated: 0.9, shown: 0.75, meanSetSize: 1 }]);
    expect(calibrationFigures(images, { calibration: null })).toBeNull();
  });

  it('count what is outside, and what is right of the rest', () => {
    expect(outsideFigures('x', [outside, inside])).toMatchObject({ images: 2, outside: 1 });
    const judged = images.map((image, i) => ({ ...image, verdict: i === 3 ? outside : inside }));
    expect(nearFigures('x', true, judged)).toMatchObject({ outside: 1, accuracy: 1 });
    expect(nearFigures('x', true, judged.slice(3)).accuracy).toBeNull();
    expect(farAuroc([inside], [outside])).toBe(1);
    expect(farAuroc([inside], [])).toBeNull();
    expect([isWithheld(outside, false), isWithheld(outside, true), isWithheld(inside, false)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('know what a file would state that fits', () => {
    const { intended } = manifest;
    expect(intendedUseReasons(intended, matchingFacts(intended)).filter(({ code }) => code.startsWith('use.'))).toEqual(
      [],
    );
  });

  it('become a section of the card, in the place of an older one', () => {
    const measurement: DoubtMeasurement = {
      calibration: calibrationFigures(images, manifest),
      coverage: coverageFigures(images, manifest),
      usual: outsideFigures('x', [inside, inside, inside, outside]),
      inside: { images: 4, inside: 3 },
      accuracy: 0.75,
      near: [nearFigures('inverted', true, [{ ...images[0]!, verdict: outside }])],
      far: [outsideFigures('noise', [outside, outside])],
      farAuroc: 1,
      cost: 0.012,
    };
    const section = measuredSection(measurement, { data: 'set, test', date: '2026-01-02', software: 'S 1' });
    expect(section).toContain('Measured on set, test (2026-01-02, S 1).');
    expect(section).toMatch(/\| expected calibration error \(15 bins\) +\| 0\.131 \|/);
    expect(section).toContain('| **inverted** | 1 | 100.0 % |');
    expect(section).toContain('100.0 % of 2 are outside; AUROC of the score against the images above 1.0000');
    const card = '# X\n\nWhat.\n\n## Limits\n\nSome.\n\n## Licence\n\nMIT\n';
    const once = withSection(card, MEASURED_TITLE, section);
    expect(once.match(/^## .*/gm)).toEqual(['## Limits', `## ${MEASURED_TITLE}`, '## Licence']);
    expect(withSection(once, MEASURED_TITLE, section)).toBe(once);
  });
});
