/** A CT phantom of a chest: Hounsfield units of simple bodies, slice by slice from the shoulders to the liver. */
import { smoothStep } from './canvas.ts';
import { gaussian, randomFrom } from '../../models/random.ts';

export const CT = { size: 256, slices: 24, pixelSpacing: 1.4, sliceSpacing: 9 } as const;

/** Hounsfield units. */
const HU = { air: -1000, lung: -860, fat: -100, muscle: 55, blood: 45, bone: 350, cortex: 900, disc: 80, table: -350 };
const NOISE = 14;

/** Everything below is in millimetres: x to the patient's left, y to the back, from the middle of the trunk. */
const inside = (x: number, y: number, cx: number, cy: number, rx: number, ry: number): number =>
  ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2;

interface Vessel {
  x: number;
  y: number;
  /** Millimetres sideways per millimetre along the body. */
  driftX: number;
  driftY: number;
  radius: number;
}

function lungVessels(): Vessel[] {
  const random = randomFrom(7);
  return Array.from({ length: 90 }, (_, i) => ({
    x: (i % 2 === 0 ? -1 : 1) * (30 + 75 * random()),
    y: -65 + 120 * random(),
    driftX: (random() - 0.5) * 0.9,
    driftY: (random() - 0.5) * 0.9,
    radius: 0.9 + 2.2 * random() ** 2,
  }));
}

const VESSELS = lungVessels();

/** How far a slice is down the chest: 0 at the top, 1 at the bottom. */
type Level = number;

/** Hounsfield units at a point: the first body that contains it decides. */
function tissue(x: number, y: number, t: Level): number {
  const trunkX = 150 + 12 * t - 10 * Math.abs(t - 0.4);
  const trunkY = 98 + 14 * t;
  const trunk = inside(Math.abs(x) ** 1.12 * 0.58, y, 0, 0, trunkX ** 1.12 * 0.58, trunkY);
  if (trunk > 1) return y > 124 && y < 130 && Math.abs(x) < 165 ? HU.table : HU.air;

  const bone = skeleton(x, y, t, trunkX, trunkY);
  if (bone !== null) return bone;
  const wall = inside(x, y, 0, -2, trunkX - 34, trunkY - 27);
  if (wall > 1) return inside(x, y, 0, 0, trunkX - 14, trunkY - 12) > 1 ? HU.fat : HU.muscle;
  return organs(x, y, t);
}

function skeleton(x: number, y: number, t: Level, trunkX: number, trunkY: number): number | null {
  const body = inside(x, y, 0, 62, 17, 14);
  if (inside(x, y, 0, 82, 8, 7) < 1) return HU.muscle; // spinal canal
  if (body < 1) return (t * 12) % 1 < 0.14 ? HU.disc : body > 0.82 ? HU.cortex * 0.6 : HU.bone * 0.6;
  if (inside(Math.abs(x), y, 14, 82, 7, 10) < 1 || inside(x, y, 0, 98, 4, 10) < 1) return HU.bone;
  if (t < 0.75 && inside(x, y, 0, -trunkY + 26, 16, 6) < 1) return HU.bone; // breastbone
  // Ribs are tilted rings: a slice cuts each as a short arc of the chest wall, wandering forward on the way down.
  const ring = inside(x, y, 0, -2, trunkX - 29, trunkY - 22);
  if (ring > 0.9 && ring < 1.08) {
    const angle = Math.atan2(y / trunkY, Math.abs(x) / trunkX);
    const phase = (((angle * 2.2 + t * 9) % 1) + 1) % 1;
    if (phase < 0.33) return ring > 0.94 && ring < 1.04 && phase > 0.05 && phase < 0.28 ? HU.bone : HU.cortex;
  }
  return null;
}

function organs(x: number, y: number, t: Level): number {
  if (inside(x, y, 0, 18, 8.5, 8.5) < 1 && t < 0.4) return HU.air; // windpipe
  const fork = (t - 0.4) * 130;
  if (t >= 0.4 && t < 0.55 && inside(Math.abs(x), y, fork, 20, 7, 6.5) < 1) return HU.air;
  if (inside(x, y, 18, 44, 12, 12) < 1) return HU.blood + 10; // descending aorta
  if (t < 0.32 && inside(x, y, 4, -4, 30 - 30 * Math.abs(t - 0.26), 9) < 1) return HU.blood + 10; // arch
  const heartSize = Math.sqrt(Math.max(0, 1 - ((t - 0.68) / 0.3) ** 2));
  if (heartSize > 0 && inside(x, y, 20, -22, 58 * heartSize, 44 * heartSize) < 1) {
    return inside(x, y, 24, -18, 30 * heartSize, 22 * heartSize) < 1 ? HU.blood : HU.muscle;
  }
  if (inside(x, y, 2, 8, 26, 52) < 1) return inside(x, y, -6, -6, 11, 11) < 1 ? HU.blood : HU.fat;

  const diaphragm = x < 0 ? 0.84 : 0.9;
  const domeHeight = 0.16 * Math.max(0, 1 - inside(x, y, x < 0 ? -55 : 55, 0, 75, 80));
  if (t > diaphragm + 0.1 - domeHeight) return x < 10 ? 60 : 48; // liver, spleen and stomach wall
  if (Math.abs(x) < 12) return HU.fat;
  // A nodule of 8 mm radius in the right lung.
  const nodule = inside(x, y, -62, 10, 8, 8) + ((t - 0.5) * CT.slices * CT.sliceSpacing) ** 2 / 64;
  if (nodule < 1) return 30;
  const depth = (t - 0.5) * CT.slices * CT.sliceSpacing;
  for (const vessel of VESSELS) {
    const dx = x - vessel.x - vessel.driftX * depth * 0.3;
    const dy = y - vessel.y - vessel.driftY * depth * 0.3;
    if (dx * dx + dy * dy < vessel.radius ** 2) return 20;
  }
  // Lung lying below is denser, since blood gathers there.
  return HU.lung + 60 * smoothStep(-60, 70, y);
}

/** Hounsfield units of a slice (0 at the top), size*size, with noise. Edges are averaged over 2 x 2 points. */
export function ctSlice(slice: number): Int16Array<ArrayBuffer> {
  const random = randomFrom(1000 + slice);
  const level = (slice + 0.5) / CT.slices;
  const values = new Int16Array(CT.size * CT.size);
  for (let row = 0; row < CT.size; row++) {
    for (let column = 0; column < CT.size; column++) {
      let sum = 0;
      for (const dy of [0.25, 0.75]) {
        for (const dx of [0.25, 0.75]) {
          const x = (column + dx - CT.size / 2) * CT.pixelSpacing;
          const y = (row + dy - CT.size / 2) * CT.pixelSpacing;
          sum += tissue(x, y, level);
        }
      }
      values[row * CT.size + column] = Math.max(-1024, Math.round(sum / 4 + NOISE * gaussian(random)));
    }
  }
  return values;
}
