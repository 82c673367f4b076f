import { beforeAll, describe, expect, it } from 'vitest';
import { exampleManifest } from '../package/testing/example.ts';
import { gaussian, randomFrom } from '../random.ts';
import { assess, fitReference, type Reference } from './deviation.ts';
import { featuresOf } from './features.ts';
import { describePixels } from './pixels.ts';
import { decodeReference, encodeReference } from './statistics-file.ts';

const SIDE = 224;
const random = randomFrom(9);

type Picture = (y: number, x: number) => number;

/** Noise of one standard deviation, made once and shifted for every picture. */
const grain = Float32Array.from({ length: SIDE * SIDE }, () => gaussian(random));

/** Bright, so that neither turning nor inverting gives the picture back. */
const spot: Picture = (y, x) => 45 * Math.exp(-((y - 150) ** 2 + (x - 90) ** 2) / 900);

/** Bright above, dark at the left, with noise: a picture that has an up, a left and a grain. */
function scene(): Picture {
  const [a, b, c] = [0.8 + 0.4 * random(), 0.8 + 0.4 * random(), 6 * gaussian(random)];
  const shift = Math.floor(random() * grain.length);
  const noise = (y: number, x: number) => grain[(y * SIDE + x + shift) % grain.length]!;
  return (y, x) => 115 + c + 30 * a * Math.cos(y / 90) + 25 * b * Math.sin(x / 80) + spot(y, x) + 5 * noise(y, x);
}
/** Grey: the three channels of a pixel are one value. */
function greyRgb(picture: Picture): Uint8Array {
  const rgb = new Uint8Array(SIDE * SIDE * 3);
  for (let at = 0; at < SIDE * SIDE; at++) {
    const value = Math.round(picture(Math.floor(at / SIDE), at % SIDE));
    rgb.fill(Math.min(255, Math.max(0, value)), 3 * at, 3 * at + 3);
  }
  return rgb;
}
const pixelsOf = (picture: Picture) => describePixels(greyRgb(picture));
const pooled = (shift = 0) => Array.from({ length: 240 }, (_, i) => gaussian(random) + (i === 0 ? shift : 0));

let reference: Reference;
beforeAll(() => {
  const sample = (count: number) => Array.from({ length: count }, () => featuresOf(pixelsOf(scene()), pooled()));
  reference = fitReference(sample(80), sample(40), 0.95);
});
const codes = (picture: Picture, features = pooled()) =>
  assess(reference, featuresOf(pixelsOf(picture), features)).reasons.map(({ code, details }) =>
    code === 'pixels.turned' ? `${code} ${details!['degrees']!}` : code,
  );

describe('an image among others', () => {
  it('is usual where it is like them', () => {
    const usual = Array.from(
      { length: 40 },
      () => assess(reference, featuresOf(pixelsOf(scene()), pooled())).score <= 1,
    );
    expect(usual.filter(Boolean).length).toBeGreaterThan(15);
  });

  it('is unusual where brightness lies elsewhere, and the reason says how', () => {
    const original = scene();
    expect(codes((y, x) => original(SIDE - 1 - x, y))).toContain('pixels.turned 90');
    expect(codes((y, x) => original(SIDE - 1 - y, SIDE - 1 - x))).toContain('pixels.turned 180');
    expect(codes((y, x) => original(x, SIDE - 1 - y))).toContain('pixels.turned 270');
    expect(codes((y, x) => 255 - original(y, x))).toContain('pixels.inverted');
    expect(codes((y, x) => (Math.hypot(y - 60, x - 160) < 50 ? 255 : original(y, x)))).toContain('pixels.layout');
  });

  it('is unusual where the grain is lost, a part is covered, or the network sees something else', () => {
    const smooth: Picture = (y, x) => 115 + 30 * Math.cos(y / 90) + 25 * Math.sin(x / 80) + spot(y, x);
    expect(codes(smooth)).toContain('pixels.texture');
    const original = scene();
    expect(codes((y, x) => (y < 112 && x < 112 ? 120 : original(y, x)))).toContain('pixels.flat');
    expect(codes(scene(), pooled(30))).toEqual(['pixels.unusual']);
    // Brighter or paler, the dark surround of a radiograph is still no part that was covered.
    expect(codes((y, x) => 25 + 0.7 * original(y, x))).not.toContain('pixels.flat');
  });
});

describe('layout', () => {
  it('does not depend on brightness', () => {
    const layoutOf = (picture: Picture) => featuresOf(pixelsOf(picture), []).layout;
    const brighter = layoutOf((y, x) => 10 + (y + x / 10) / 2);
    Array.from(layoutOf((y, x) => (y + x / 10) / 2)).forEach((value, i) => {
      expect(brighter[i]).toBeCloseTo(value, 1);
    });
  });
});

describe('statistics.safetensors', () => {
  const { architecture } = exampleManifest();
  const statistics = (thresholds: Reference['thresholds']) => ({ thresholds }) as Parameters<typeof decodeReference>[1];

  it('gives the reference back, to float32', () => {
    const file = encodeReference(reference);
    const read = decodeReference(file, statistics(reference.thresholds), architecture, 'x');
    const features = featuresOf(pixelsOf(scene()), pooled());
    expect(assess(read, features).score).toBeCloseTo(assess(reference, features).score, 4);
  });

  it('is refused where a tensor is missing or of another network', () => {
    const file = encodeReference(reference);
    expect(() => decodeReference(file, statistics(reference.thresholds), { ...architecture, width: 32 }, 'x')).toThrow(
      'network.mean of 480',
    );
  });
});
