/** What the reader must know of an image or prediction that is shown all the same, and of the application itself. */
export const warnings = {
  'dicom.no-preamble': 'The DICOM preamble is missing.',
  'dicom.no-transfer-syntax': 'The file does not name its transfer syntax.',
  'dicom.cut': 'The data set is cut off or damaged; what could be read is shown.',
  'dicom.bytes-missing_one': 'The file has one byte fewer than its image needs.',
  'dicom.bytes-missing_other': 'The file has {{count, number}} bytes fewer than its image needs.',
  'dicom.impossible-window':
    'The file asks for a display window that cannot be (center {{center}}, width {{width}}); it is left out.',
  'dicom.table-sign':
    'A table of the file would cover no value of the image with the sign that DICOM gives its first value; it was read with the other sign.',
  'dicom.colour-contradiction': 'The header says RGB colours, the compressed image YBR ones, which are shown.',
  'dicom.sign-contradiction': 'The header says unsigned values, the compressed image signed ones, which are shown.',
  'dicom.frames-missing_one': 'The file declares {{declared, number}} frames and holds one.',
  'dicom.frames-missing_other': 'The file declares {{declared, number}} frames and holds {{count, number}}.',
  'dicom.end-missing': 'The compressed image lacks its end: parts of it may be missing.',
  'spacing.film': 'On the scanned film, not in the patient.',
  'spacing.detector': 'At the detector. Magnification unknown: lengths in the patient are shorter.',
  'spacing.detector-magnified':
    'At the detector. Estimated magnification {{factor, number}}: lengths in the patient are shorter by it.',
  'spacing.projection': 'Projection image: the file does not say how this spacing was calibrated.',
  'spacing.calibrated': 'Calibration: {{description}}',
  'spacing.ultrasound': 'Holds inside the regions {{regions}} (columns × rows).',
  'image.damaged': 'The compressed image is damaged: parts of what is shown may be wrong. Ask for the file again.',
  'store.damaged':
    'The settings of the application were damaged. They were set aside as {{file}} in its data folder, and new ones were begun.',
  'store.newer':
    'The settings were written by a newer version of the application. They were set aside as {{file}} in its data folder, and new ones were begun.',
  'store.unavailable':
    'The settings cannot be kept ({{message}}): changes last until the application ends. Check that its data folder can be written to.',
} as const;
