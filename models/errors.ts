/**
 * Every failure that can cross a process border, as a value. The code says which kind it is and never changes its
 * meaning; the message says what is wrong, with which file, and what to do.
 */
export const ERROR_CODES = {
  'file.not-found': 'The file or folder does not exist.',
  'file.unreadable': 'The file cannot be read (permission, device or network drive).',
  'file.too-large': 'The file is larger than the limit.',
  'file.empty': 'The file is empty.',
  'file.write-failed': 'The result could not be written.',
  'image.unknown-format': 'The content is of no image format that is supported.',
  'image.corrupt': 'The image is damaged or cut off.',
  'image.too-large': 'The image has more pixels than the limit.',
  'image.no-such-frame': 'The image has no frame of that number.',
  'image.timeout': 'Decoding took longer than the limit and was ended.',
  'dicom.corrupt': 'The DICOM data set is damaged or cut off.',
  'dicom.no-pixel-data': 'The DICOM file holds no image (a report, structured data or a directory).',
  'dicom.unsupported-syntax': 'The transfer syntax is not supported.',
  'dicom.unsupported-pixels': 'The pixel description is not supported or contradicts itself.',
  'model.not-found': 'There is no model of that id or at that path.',
  'model.invalid-package': 'The model package is incomplete or damaged.',
  'model.hash-mismatch': 'The weights are not those that the manifest names.',
  'model.missing-tensor': 'The checkpoint lacks a tensor that the network needs.',
  'model.extra-tensor': 'The checkpoint holds a tensor that the network does not know.',
  'model.shape-mismatch': 'A tensor of the checkpoint has another shape than the network needs.',
  'model.self-test-failed': 'The model does not give the outputs that its self-test demands.',
  'model.quantization-refused': 'The model cannot be quantised without losing too much accuracy.',
  'checkpoint.unsafe-pickle': 'The checkpoint wants to call something that is not on the allow-list.',
  'checkpoint.corrupt': 'The checkpoint is damaged, cut off, or claims more than it holds.',
  'checkpoint.unknown-format': 'The file is no PyTorch or safetensors checkpoint.',
  'checkpoint.not-hifuse': 'The checkpoint is not of a HiFuse network.',
  'engine.unavailable': 'The engine or device is not available on this machine.',
  'engine.failed': 'The engine failed while running the network.',
  'worker.crashed': 'The inference process ended unexpectedly.',
  'worker.timeout': 'The inference process did not answer in time and was restarted.',
  'connection.lost': 'The window lost its connection to the application.',
  'request.invalid': 'The request is not valid.',
  'request.cancelled': 'Cancelled.',
  internal: 'Something unexpected went wrong.',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** An error as it crosses process borders. Details hold no patient data. */
export interface ErrorValue {
  code: ErrorCode;
  message: string;
  details?: Record<string, string | number | boolean | null>;
}

/** The error that our own code throws; `toErrorValue` makes it (or anything else) fit to cross a border. */
export class HifuseError extends Error {
  readonly code: ErrorCode;
  readonly details: Record<string, string | number | boolean | null> | undefined;

  constructor(code: ErrorCode, message?: string, details?: Record<string, string | number | boolean | null>) {
    super(message ?? ERROR_CODES[code]);
    this.name = 'HifuseError';
    this.code = code;
    this.details = details;
  }
}

/** Turns anything thrown into a value. What is no HifuseError becomes `internal` with its message. */
export function toErrorValue(error: unknown): ErrorValue {
  if (error instanceof HifuseError) {
    return { code: error.code, message: error.message, ...(error.details ? { details: error.details } : {}) };
  }
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) };
}

/** The reverse of {@link toErrorValue}. */
export function fromErrorValue(value: ErrorValue): HifuseError {
  return new HifuseError(value.code, value.message, value.details);
}
