/**
 * A chest radiograph phantom, frontal: attenuations of simple bodies (ellipsoids, tubes, rings for ribs) added along the
 * beam as a detector would see them, in units in which soft tissue of the mediastinum is about 1.
 */
import { Canvas, smoothStep, type Point, type TubePoint } from './canvas.ts';
import { randomFrom, type Random } from '../../models/random.ts';

/** Thickness of an ellipsoid seen from the front, 0 to 1. */
const dome = (x: number, y: number, cx: number, cy: number, rx: number, ry: number, power = 0.5): number =>
  Math.max(0, 1 - ((x - cx) / rx) ** 2 - ((y - cy) / ry) ** 2) ** power;

/** Half width of the trunk at a height: neck, shoulders, armpit, flank. */
function trunkHalfWidth(y: number): number {
  const neck = 0.2;
  const shoulder = 0.2 + 0.95 * smoothStep(-0.98, -0.62, y);
  const flank = 0.86 + 0.05 * smoothStep(0, 0.9, y);
  const armpit = smoothStep(-0.5, -0.2, y);
  return Math.max(neck, shoulder * (1 - armpit) + flank * armpit);
}

function trunk(x: number, y: number): number {
  const half = trunkHalfWidth(y);
  const depth = 0.45 + 0.25 * smoothStep(-0.9, 0.1, y) + 0.25 * smoothStep(0.25, 0.8, y);
  return depth * Math.max(0, 1 - (Math.abs(x) / half) ** 3) ** 0.6;
}

/** A lung: where its outline lies, 1 inside, 0 outside, falling off smoothly with its thickness at the rim. */
function lung(x: number, y: number, side: 1 | -1): number {
  const lateral = x * side; // the right lung lies at negative x
  const level = (y + 0.1) / 0.72;
  const outer = 0.3 + 0.46 * Math.sqrt(Math.max(0, 1 - Math.min(1, Math.max(0, -level)) ** 2.4)) + 0.03 * level;
  const inner = side > 0 ? 0.1 + 0.05 * y : 0.1;
  const middle = (outer + inner) / 2;
  const across = 1 - ((lateral - middle) / ((outer - inner) / 2)) ** 2;
  const apex = smoothStep(-0.8, -0.66, y - 0.35 * (lateral - 0.36) ** 2);
  const diaphragm =
    (side > 0 ? 0.5 : 0.44) + 1.1 * Math.max(0, lateral - 0.34) ** 2 + 0.3 * Math.max(0, 0.3 - lateral) ** 2;
  const base = 1 - smoothStep(diaphragm - 0.018, diaphragm + 0.012, y);
  return Math.max(0, across) ** 0.42 * apex * base;
}

const lungs = (x: number, y: number): number => lung(x, y, -1) + lung(x, y, 1);

function mediastinum(x: number, y: number): number {
  const above = 1 - smoothStep(0.4, 0.75, y);
  const vessels = 0.2 * Math.exp(-((x / (0.11 + 0.05 * smoothStep(-0.3, -0.9, y))) ** 4)) * above;
  const aorticKnob = 0.2 * dome(x, y, 0.09, -0.36, 0.1, 0.1, 0.7);
  const descendingAorta = 0.1 * Math.exp(-(((x - 0.09) / 0.075) ** 4)) * smoothStep(-0.4, -0.25, y) * above;
  const venaCava = 0.09 * Math.exp(-(((x + 0.09) / 0.055) ** 4)) * (1 - smoothStep(-0.1, 0.15, y));
  return vessels + aorticKnob + descendingAorta + venaCava;
}

function heart(x: number, y: number): number {
  const angle = 0.5;
  const dx = x - 0.1;
  const dy = y - 0.24;
  const along = dx * Math.cos(angle) + dy * Math.sin(angle);
  const across = -dx * Math.sin(angle) + dy * Math.cos(angle);
  const ventricles = dome(along, across, 0, 0, 0.36, 0.27);
  const rightAtrium = dome(x, y, -0.05, 0.2, 0.17, 0.27);
  const outflow = dome(x, y, 0.1, -0.12, 0.12, 0.2, 0.8);
  const below = 1 - 0.75 * smoothStep(0.42, 0.56, y);
  return (0.42 * Math.max(ventricles, 0.95 * rightAtrium) + 0.14 * outflow) * below;
}

function spine(x: number, y: number): number {
  const period = 0.118;
  const phase = Math.abs(((((y / period) % 1) + 1) % 1) - 0.5) * 2; // 1 at a disc, 0 in mid vertebra
  const width = 0.056 + 0.009 * phase;
  const body = (0.13 - 0.05 * smoothStep(0.75, 0.95, phase)) * smoothStep(width + 0.014, width - 0.014, Math.abs(x));
  const pedicle = 0.05 * Math.exp(-(((Math.abs(x) - 0.04) / 0.012) ** 2) - ((phase - 0.35) / 0.25) ** 2);
  const process = 0.06 * Math.exp(-((x / 0.01) ** 2)) * (1 - smoothStep(0.3, 0.6, phase));
  return body + pedicle + process;
}

const airways = (x: number, y: number): number => {
  const trachea = Math.exp(-(((x + 0.008) / 0.034) ** 4)) * (1 - smoothStep(-0.25, -0.19, y));
  const bronchus = (side: 1 | -1, slope: number): number =>
    Math.exp(-(((y + 0.23 - slope * x * side) / 0.03) ** 2)) *
    smoothStep(-0.01, 0.03, x * side) *
    (1 - smoothStep(0.12, 0.26, x * side));
  return 0.2 * trachea + 0.1 * (bronchus(1, 0.75) + bronchus(-1, 1.1));
};

/** A bone's cortex is denser than its marrow: bright rims. Distance over radius, 0 to 1. */
const boneProfile = (distance: number): number => {
  const chord = (radius: number): number => Math.sqrt(Math.max(0, radius ** 2 - distance ** 2));
  return chord(1) - 0.62 * chord(0.78);
};

/** One rib from the spine round the side to the front: a tilted ring seen from the front. */
function drawRib(canvas: Canvas, index: number, side: 1 | -1): void {
  const reach = [0.36, 0.5, 0.6, 0.67, 0.72, 0.76, 0.785, 0.8, 0.8, 0.77][index]!;
  const top = -0.735 + index * 0.122;
  const tilt = 0.2 + 0.032 * index;
  const end = index < 7 ? 0.8 : 0.62;
  const steps = 1500;
  const path = Array.from({ length: steps }, (_, i) => {
    const turn = (i / (steps - 1)) * end;
    const angle = turn * Math.PI;
    return {
      x: side * (0.065 + (reach - 0.065) * Math.sin(angle) ** 0.8),
      y: top - 0.035 * Math.sin(Math.min(1, turn * 3) * Math.PI) + (tilt * (1 - Math.cos(angle))) / 1.7,
      radius: 0.021 + 0.006 * turn + 0.0008 * Math.min(index, 5),
    };
  });
  // The front is farther from the detector and turns to cartilage, which casts no shadow.
  const shade = (along: number): number => (1 - 0.3 * smoothStep(0.5, 0.7, along)) * (1 - smoothStep(0.86, 1, along));
  const overBelly = (y: number): number => 1 - 0.5 * smoothStep(0.4, 0.62, y);
  canvas.addTube(
    path,
    (distance, along, { y }) => 0.15 * boneProfile(distance) * shade(end === 0.8 ? along : along * 0.9) * overBelly(y),
  );
}

/** Collar bone, inner border of the shoulder blade, and upper arm of one side. */
function drawShoulder(canvas: Canvas, side: 1 | -1): void {
  const along = (steps: number, point: (t: number) => TubePoint): TubePoint[] =>
    Array.from({ length: steps }, (_, i) => point(i / (steps - 1)));
  const clavicle = along(600, (t) => ({
    x: side * (0.07 + 0.66 * t),
    y: -0.58 - 0.13 * t + 0.035 * Math.sin(t * 2 * Math.PI),
    radius: 0.034 - 0.011 * Math.sin(t * Math.PI),
  }));
  canvas.addTube(clavicle, (distance) => 0.17 * boneProfile(distance));
  const blade = along(500, (t) => ({
    x: side * (0.72 + 0.12 * t - 0.22 * t * (1 - t)),
    y: -0.6 + 0.62 * t,
    radius: 0.012 + 0.006 * t,
  }));
  canvas.addTube(blade, (distance, t) => 0.06 * boneProfile(distance) * (1 - t) * smoothStep(0, 0.1, t));
  const arm = along(500, (t) => ({
    x: side * (0.93 + 0.16 * t),
    y: -0.62 + 0.5 * t,
    radius: 0.09 - 0.035 * smoothStep(0, 0.5, t),
  }));
  canvas.addTube(arm, (distance) => 0.13 * boneProfile(distance));
}

/** One vessel and what branches off it, each thinner, fading towards the rim of the lung. */
function drawVessel(
  canvas: Canvas,
  start: Point,
  heading: number,
  radius: number,
  length: number,
  random: Random,
): void {
  const steps = Math.max(8, Math.round(length * 500));
  const path: TubePoint[] = [];
  let { x, y } = start;
  let direction = heading;
  for (let i = 0; i < steps; i++) {
    direction += (random() - 0.5) * 0.05;
    x += (Math.cos(direction) * length) / steps;
    y += (Math.sin(direction) * length) / steps;
    path.push({ x, y, radius: Math.max(0.0022, radius * (1 - (0.45 * i) / steps)) });
  }
  canvas.addTube(
    path,
    (distance, along, at) =>
      4.5 *
      radius *
      (1 - 0.4 * along) *
      Math.sqrt(1 - distance ** 2) *
      smoothStep(0, 0.15, along + (radius < 0.009 ? 0.15 : 0)) *
      Math.min(1, 1.3 * lungs(at.x, at.y)),
  );
  if (radius < 0.0035) return;
  const branches = 2 + Math.floor(random() * 2);
  for (let branch = 0; branch < branches; branch++) {
    const at = path[Math.floor(steps * (0.45 + 0.5 * random()))]!;
    const turn = (random() < 0.5 ? -1 : 1) * (0.25 + 0.5 * random());
    drawVessel(
      canvas,
      at,
      direction + turn,
      radius * (0.6 + 0.15 * random()),
      length * (0.65 + 0.2 * random()),
      random,
    );
  }
}

function drawVessels(canvas: Canvas, random: Random): void {
  for (const side of [-1, 1] as const) {
    const hilum = { x: side * 0.16, y: side > 0 ? -0.14 : -0.1 };
    for (const degrees of [-78, -60, -42, -22, 0, 18, 36, 52, 66, 80]) {
      const radians = ((degrees + (random() - 0.5) * 14) * Math.PI) / 180;
      const heading = side > 0 ? radians : Math.PI - radians;
      const start = { x: hilum.x + 0.05 * Math.cos(heading), y: hilum.y + 0.09 * Math.sin(heading) };
      drawVessel(canvas, start, heading, 0.01 + 0.005 * random(), 0.22 + 0.08 * random(), random);
    }
    canvas.add((x, y) => 0.13 * Math.exp(-(((x - hilum.x) / 0.065) ** 2) - ((y - hilum.y) / 0.11) ** 2));
  }
}

/** The attenuation of the phantom on a square of `size` pixels: 0 in air, about 1 in the mediastinum, 1.7 at most. */
export function chestAttenuation(size: number): Canvas {
  const random = randomFrom(20240116);
  const canvas = new Canvas(size, size);
  canvas.add((x, y) => {
    const body = trunk(x, y);
    const aerated = 0.66 * lungs(x, y) * (0.8 + 0.2 * smoothStep(0.6, -0.5, y));
    const liver = 0.16 * dome(x, y, -0.3, 0.95, 0.75, 0.55);
    const stomach = 0.18 * dome(x, y, 0.4, 0.66, 0.15, 0.08, 0.8);
    const middle = mediastinum(x, y) + heart(x, y) + spine(x, y);
    return body * (1 - aerated) + Math.min(1, body * 3) * (middle + liver - stomach - airways(x, y));
  });
  drawVessels(canvas, random);
  for (const side of [-1, 1] as const) {
    for (let index = 0; index < 10; index++) drawRib(canvas, index, side);
    drawShoulder(canvas, side);
  }
  canvas.blur(size / 900);
  return canvas;
}
