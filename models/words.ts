/** Numbers, dates, names and devices in words, the same in the window, the report and on the command line. */
import type { Geometry, Manifest } from './package/manifest.ts';

/** 0.9731 -> '97.3 %'. Never says 100 % or 0 % of what is not exactly that. */
export function percent(probability: number): string {
  const value = probability * 100;
  if (value < 100 && value > 99.9) return '> 99.9 %';
  if (value > 0 && value < 0.1) return '< 0.1 %';
  return `${value.toFixed(1)} %`;
}

/** DICOM date (DA) 'YYYYMMDD' -> 'YYYY-MM-DD'; anything else as it is. */
export function dicomDate(text: string): string {
  return /^\d{8}$/.test(text) ? `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}` : text;
}

/** DICOM time (TM) 'HHMMSS.FFFFFF' -> 'HH:MM'; anything else as it is. */
export function dicomTime(text: string): string {
  return /^\d{4}(\d{2}(\.\d+)?)?$/.test(text) ? `${text.slice(0, 2)}:${text.slice(2, 4)}` : text;
}

/** One written form of a person's name (PN) 'Family^Given^Middle^Prefix^Suffix' -> 'Family, Given Middle'. */
function nameForm(form: string): string {
  const [family = '', given = '', middle = ''] = form.split('^').map((part) => part.trim());
  return [family, [given, middle].filter(Boolean).join(' ')].filter(Boolean).join(', ');
}

/** DICOM person name (PN) with its alphabetic, ideographic and phonetic forms -> 'Yamada, Tarou (山田, 太郎)'. */
export function personName(text: string): string {
  const [first, ...others] = text.split('=').map(nameForm).filter(Boolean);
  if (first === undefined) return '';
  return others.length > 0 ? `${first} (${others.join('; ')})` : first;
}

export const DEVICE_NAMES: Record<string, string> = {
  cpu: 'CPU',
  webgpu: 'GPU (WebGPU)',
  cuda: 'GPU (CUDA)',
  dml: 'GPU (DirectML)',
  coreml: 'Core ML',
};

export const ENGINE_NAMES: Record<string, string> = { onnx: 'ONNX Runtime', tfjs: 'TensorFlow.js' };

export const GEOMETRY_NAMES: Record<Geometry, string> = {
  'stretch-224': 'whole image, stretched to 224 × 224',
  'shortest-edge-256-center-crop-224': 'centre square, 224 × 224 (shortest edge to 256, then cropped)',
};

/** Whom and what a model is meant for: 'CR or DX; CHEST; AP or PA; 1 to 5 years'. Empty if its package does not say. */
export function intendedUse({ modalities, bodyParts, views, ageYears }: Manifest['intended']): string {
  return [modalities.join(' or '), bodyParts.join(' or '), views.join(' or '), ageYears && ageRange(ageYears)]
    .filter(Boolean)
    .join('; ');
}

/** '1 to 5 years', 'up to 5 years', 'from 1 years', 'any age'. */
export function ageRange({ minimum, maximum }: { minimum: number | null; maximum: number | null }): string {
  if (minimum === null) return maximum === null ? 'any age' : `up to ${maximum} years`;
  return maximum === null ? `from ${minimum} years` : `${minimum} to ${maximum} years`;
}
