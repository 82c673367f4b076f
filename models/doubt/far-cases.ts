/** Pictures that show nothing a medical model is meant for, made from nothing; 224 x 224, interleaved. They measure a model's doubt. */
import { gaussian, type Random } from '../random.ts';
import { INPUT_SIZE } from '../hifuse/variants.ts';

const SIZE = INPUT_SIZE;
type Rgb = readonly [number, number, number];

function colourPicture(at: (y: number, x: number) => Rgb): Uint8Array {
  const rgb = new Uint8ClampedArray(SIZE * SIZE * 3);
  for (let i = 0; i < SIZE * SIZE; i++) rgb.set(at(Math.floor(i / SIZE), i % SIZE), 3 * i);
  return Uint8Array.from(rgb);
}
const greyPicture = (at: (y: number, x: number) => number): Uint8Array =>
  colourPicture((y, x) => {
    const level = at(y, x);
    return [level, level, level];
  });

/** Clouds: value noise of all sizes from the whole picture to 3 pixels, each weaker than the last by 2^-roughness. */
function clouds(roughness: number, random: Random): (y: number, x: number) => number {
  const octaves = [1, 2, 4, 8, 16, 32, 64].map((cells) => ({
    cells,
    weight: cells ** -roughness,
    values: Float32Array.from({ length: (cells + 2) ** 2 }, () => gaussian(random)),
  }));
  return (y, x) =>
    octaves.reduce((sum, { cells, weight, values }) => {
      const [v, u] = [(y / SIZE) * cells, (x / SIZE) * cells];
      const [row, column] = [Math.floor(v), Math.floor(u)];
      const at = row * (cells + 2) + column;
      const upper = values[at]! * (1 - u + column) + values[at + 1]! * (u - column);
      const lower = values[at + cells + 2]! * (1 - u + column) + values[at + cells + 3]! * (u - column);
      return sum + weight * (upper * (1 - v + row) + lower * (v - row));
    }, 0);
}

const between = (low: number, high: number, random: Random): number => low + (high - low) * random();

interface Disc {
  y: number;
  x: number;
  radius: number;
  level: number;
}
const discs = (count: number, make: () => Disc): Disc[] => Array.from({ length: count }, make);
const topmost = (all: readonly Disc[], y: number, x: number): number | undefined =>
  all.findLast((disc) => Math.hypot(y - disc.y, x - disc.x) < disc.radius)?.level;

function landscape(random: Random): (y: number, x: number) => { sky: boolean; light: number; rough: number } {
  const [air, ground] = [clouds(1.3, random), clouds(1, random)];
  const horizon = between(60, 160, random);
  return (y, x) => ({ sky: y < horizon + 20 * air(0, x), light: air(y, x), rough: ground(y, x) });
}

/** Kinds of pictures, each made anew by random numbers. */
export const FAR_CASES: readonly { name: string; make: (random: Random) => Uint8Array }[] = [
  { name: 'noise', make: (random) => greyPicture(() => 255 * random()) },
  {
    name: 'noise around one level',
    make: (random) => {
      const strength = between(10, 70, random);
      return greyPicture(() => 128 + strength * gaussian(random));
    },
  },
  {
    name: 'one level',
    make: (random) => {
      const level = 255 * random();
      return greyPicture(() => level);
    },
  },
  {
    name: 'gradients',
    make: (random) => {
      const [down, across, level] = [2 * gaussian(random), 2 * gaussian(random), 255 * random()];
      return greyPicture((y, x) => level + across * (x - SIZE / 2) + down * (y - SIZE / 2));
    },
  },
  {
    name: 'clouds',
    make: (random) => {
      const cloud = clouds(between(1, 1.6, random), random);
      return greyPicture((y, x) => 120 + 50 * cloud(y, x));
    },
  },
  {
    name: 'stripes',
    make: (random) => {
      const [frequency, angle] = [between(2, 22, random) / 30, 6 * random()];
      return greyPicture((y, x) => 128 + 120 * Math.sin(frequency * (x * Math.cos(angle) + y * Math.sin(angle))));
    },
  },
  {
    name: 'chequers',
    make: (random) => {
      const side = Math.floor(between(4, 44, random));
      return greyPicture((y, x) => ((Math.floor(y / side) + Math.floor(x / side)) % 2) * 255);
    },
  },
  {
    name: 'discs, as of a test object',
    make: (random) => {
      const all = discs(3 + Math.floor(8 * random()), () => ({
        y: SIZE * random(),
        x: SIZE * random(),
        radius: between(10, 60, random),
        level: 255 * random(),
      }));
      return greyPicture((y, x) => topmost(all, y, x) ?? 10);
    },
  },
  {
    name: 'cylinder with inserts, as of a CT',
    make: (random) => {
      const [height, width, level] = [between(60, 100, random), between(60, 100, random), between(80, 180, random)];
      const inserts = discs(6, () => ({
        y: SIZE / 2 + 40 * gaussian(random),
        x: SIZE / 2 + 40 * gaussian(random),
        radius: between(8, 23, random),
        level: level + 40 * gaussian(random),
      }));
      return greyPicture((y, x) => {
        if (((y - SIZE / 2) / height) ** 2 + ((x - SIZE / 2) / width) ** 2 > 1) return 2;
        return (topmost(inserts, y, x) ?? level) + 4 * gaussian(random);
      });
    },
  },
  {
    name: 'pages of text',
    make: (random) => {
      const ink = new Set<number>();
      for (let line = 10; line < 210; line += 14) {
        for (let column = 10; column < 214; column += 7) {
          if (random() < 0.15) continue;
          for (let i = 0; i < 40; i++) {
            if (random() < 0.5) ink.add((line + (i % 8)) * SIZE + column + (i >> 3));
          }
        }
      }
      return greyPicture((y, x) => (ink.has(y * SIZE + x) ? 0 : 255));
    },
  },
  {
    name: 'photograph-like, in colour',
    make: (random) => {
      const scene = landscape(random);
      const sky = [between(100, 180, random), between(140, 200, random), between(200, 250, random)];
      const soil = [between(60, 140, random), between(90, 170, random), between(40, 100, random)];
      return colourPicture((y, x) => {
        const { sky: above, light, rough } = scene(y, x);
        const [red, green, blue] = above ? sky : soil;
        const change = above ? 15 * light : 35 * rough;
        return [red! + change, green! + change, blue! + change];
      });
    },
  },
  {
    name: 'photograph-like, grey',
    make: (random) => {
      const scene = landscape(random);
      const [sky, soil] = [between(150, 230, random), between(50, 130, random)];
      return greyPicture((y, x) => {
        const { sky: above, light, rough } = scene(y, x);
        return above ? sky + 15 * light : soil + 35 * rough;
      });
    },
  },
  {
    name: 'colours',
    make: (random) => {
      const [red, green, blue] = [clouds(1.2, random), clouds(1.2, random), clouds(1.2, random)];
      const level = (value: number): number => 128 + 60 * value;
      return colourPicture((y, x) => [level(red(y, x)), level(green(y, x)), level(blue(y, x))]);
    },
  },
  {
    name: 'skin-like, in colour',
    make: (random) => {
      const [cloud, radius, dark] = [clouds(1.2, random), between(20, 60, random), between(60, 120, random)];
      return colourPicture((y, x) => {
        const shade = 6 * cloud(y, x);
        const inside = 1 / (1 + Math.exp((Math.hypot(y - SIZE / 2, x - SIZE / 2) + 1.7 * shade - radius) / 4));
        return [220 + shade - 1.1 * dark * inside, 170 + shade - 1.3 * dark * inside, 140 + shade - dark * inside];
      });
    },
  },
];
