/** All sample files, made from nothing: file name (with folder) -> bytes. */
import sharp from 'sharp';
import { applyVoi, windowOf, windowOfRange } from '../../models/imaging/voi.ts';
import { Canvas, textWidth } from './canvas.ts';
import { chestAttenuation } from './chest.ts';
import { CT, ctSlice } from './ct.ts';
import { CHEST_WINDOW, chestDicom, ctDicom } from './dicom.ts';
import { randomFrom } from '../../models/random.ts';
import { skinPicture } from './skin.ts';

export type Files = ReadonlyMap<string, Uint8Array>;

const LABEL = 'SYNTHETIC PHANTOM';
const CHEST_SIZE = 960;
const SKIN_SIZE = 640;
const STORED_MAX = 4095;

/** Burns the label into the lower edge, and the side marker beside the patient's right shoulder. */
function annotate(canvas: Canvas, value: number, marker: string): void {
  const scale = Math.round(canvas.width / 320);
  canvas.write(
    LABEL,
    Math.round((canvas.width - textWidth(LABEL, scale)) / 2),
    canvas.height - 9 * scale,
    scale,
    value,
  );
  if (marker) canvas.write(marker, 12 * scale, 12 * scale, scale * 2, value);
}

/** Stored values of the chest phantom: 12 bits, low where the attenuation is high (white), with quantum noise. */
function chestStored(): Uint16Array<ArrayBuffer> {
  const canvas = chestAttenuation(CHEST_SIZE);
  const grain = Canvas.noise(CHEST_SIZE, CHEST_SIZE, 0.6, randomFrom(5)).values;
  const whitest = 1 - Math.exp(-1.9);
  canvas.values.forEach((attenuation, i) => {
    const white = (1 - Math.exp(-1.1 * attenuation)) / whitest;
    canvas.values[i] = STORED_MAX * (1 - 0.97 * white) + (14 + 26 * white) * grain[i]!;
  });
  annotate(canvas, 0, 'R');
  return Uint16Array.from(canvas.values, (value) => Math.round(Math.min(STORED_MAX, Math.max(0, value))));
}

/** The chest phantom as it is shown, for the PNG: the same stages as for the DICOM file. */
function chestGray(pixels: Uint16Array<ArrayBuffer>): Uint8Array {
  const frame = {
    pixels,
    colour: 'grayscale',
    rescale: { slope: 1, intercept: 0 },
    voi: [],
    automaticWindow: windowOfRange(0, STORED_MAX, true),
    invert: true,
    minimum: 0,
    maximum: STORED_MAX,
    padding: null,
  } as const;
  return applyVoi(frame, windowOf(CHEST_WINDOW.center, CHEST_WINDOW.width));
}

function skinAnnotated(): Uint8Array {
  const rgb = skinPicture(SKIN_SIZE);
  const label = new Canvas(SKIN_SIZE, SKIN_SIZE);
  annotate(label, 1, '');
  label.values.forEach((ink, i) => {
    if (ink > 0) rgb.fill(255, i * 3, i * 3 + 3);
  });
  return rgb;
}

/** Share of the truncated file that is left: its header is whole, its pixels are not. */
const TRUNCATED_SHARE = 0.6;

/** Makes every sample. The DICOM files are the same byte for byte each time; PNG and JPEG depend on sharp's version. */
export async function makeSamples(): Promise<Files> {
  const files = new Map<string, Uint8Array>();
  const chest = chestStored();
  files.set('chest-phantom.dcm', chestDicom(chest, CHEST_SIZE));
  files.set(
    'chest-phantom.png',
    await sharp(chestGray(chest), { raw: { width: CHEST_SIZE, height: CHEST_SIZE, channels: 1 } })
      .toColourspace('b-w')
      .png({ compressionLevel: 9 })
      .toBuffer(),
  );
  for (let slice = 0; slice < CT.slices; slice++) {
    const name = `ct-phantom/slice-${String(slice + 1).padStart(2, '0')}.dcm`;
    files.set(name, ctDicom(ctSlice(slice), slice));
  }
  files.set(
    'skin-phantom.jpg',
    await sharp(skinAnnotated(), { raw: { width: SKIN_SIZE, height: SKIN_SIZE, channels: 3 } })
      .jpeg({ quality: 88 })
      .toBuffer(),
  );
  const whole = ctDicom(ctSlice(CT.slices / 2), 0, 3);
  files.set('truncated.dcm', whole.slice(0, Math.floor(whole.length * TRUNCATED_SHARE)));
  return files;
}
