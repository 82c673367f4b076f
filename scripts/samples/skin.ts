/** A dermatoscopic phantom: skin with a pigmented spot, hairs, and the dark rim of the lens. */
import { Canvas, smoothStep, type TubePoint } from './canvas.ts';
import { randomFrom, type Random } from '../../models/random.ts';

const SKIN = [226, 172, 148] as const;
const PIGMENT = [96, 54, 40] as const;
const HAIR = [48, 34, 30] as const;

/** How much pigment lies at a point, 0 to 1: an irregular spot with a darker part and a net of lines. */
function pigmentation(size: number, random: Random): Canvas {
  const coarse = Canvas.noise(size, size, size / 18, random).values;
  const fine = Canvas.noise(size, size, size / 130, random).values;
  const pigment = new Canvas(size, size);
  let i = 0;
  pigment.add((x, y) => {
    const radius = Math.hypot((x + 0.03) / 0.52, (y - 0.02) / 0.43);
    const edge = radius + 0.13 * coarse[i]! + 0.05 * Math.sin(3 * Math.atan2(y, x) + 1);
    const net = 0.5 + 0.5 * Math.abs(fine[i]!);
    const dark = Math.exp(-(((x - 0.12) / 0.2) ** 2) - ((y + 0.08) / 0.16) ** 2);
    i++;
    return (1 - smoothStep(0.7, 1.02, edge)) * (0.42 + 0.28 * net + 0.4 * dark);
  });
  pigment.blur(size / 500);
  return pigment;
}

function hairs(size: number, random: Random): Canvas {
  const canvas = new Canvas(size, size);
  for (let hair = 0; hair < 11; hair++) {
    let x = random() * 2 - 1;
    let y = random() * 2 - 1;
    let heading = random() * 2 * Math.PI;
    const bend = (random() - 0.5) * 0.006;
    const path: TubePoint[] = Array.from({ length: 500 }, (_, i) => {
      heading += bend;
      x += 0.0022 * Math.cos(heading);
      y += 0.0022 * Math.sin(heading);
      return { x, y, radius: 0.006 * (1 - (0.7 * i) / 500) };
    });
    canvas.addTube(path, (distance) => 0.85 * (1 - distance ** 2));
  }
  return canvas;
}

/** RGB, size*size*3. */
export function skinPicture(size: number): Uint8Array<ArrayBuffer> {
  const random = randomFrom(42);
  const pigment = pigmentation(size, random);
  const texture = Canvas.noise(size, size, 1.6, random);
  const mottling = Canvas.noise(size, size, size / 14, random);
  const hair = hairs(size, random);
  const rim = new Canvas(size, size);
  rim.add((x, y) => 1 - 0.22 * (x * x + y * y) - 0.85 * smoothStep(0.98, 1.06, Math.hypot(x, y)));
  const rgb = new Uint8Array(size * size * 3);
  for (let i = 0; i < size * size; i++) {
    const p = Math.min(1, pigment.values[i]!);
    const h = Math.min(1, hair.values[i]!);
    for (let channel = 0; channel < 3; channel++) {
      const redness = channel === 0 ? 0 : -5 * mottling.values[i]!;
      const skin = SKIN[channel]! + 3.5 * texture.values[i]! + redness;
      const spot = skin + (PIGMENT[channel]! + 2 * texture.values[i]! - skin) * p;
      const value = (spot + (HAIR[channel]! - spot) * h) * Math.max(0.02, rim.values[i]!);
      rgb[i * 3 + channel] = Math.max(0, Math.min(255, Math.round(value)));
    }
  }
  return rgb;
}
