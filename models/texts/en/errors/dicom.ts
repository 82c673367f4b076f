/** DICOM files. */
export const dicom = {
  'dicom.corrupt': 'The DICOM data set is damaged or cut off.',
  'dicom.no-pixel-data': 'The DICOM file holds no image (a report, structured data or a directory).',
  'dicom.unsupported-syntax': 'The transfer syntax is not supported.',
  'dicom.unsupported-pixels': 'The pixel description is not supported or contradicts itself.',
} as const;
