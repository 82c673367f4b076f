/** DICOM files. */
export const dicom = {
  'dicom.corrupt': 'The DICOM data set is damaged or cut off.',
  'dicom.no-pixel-data': 'The DICOM file holds no image (a report, structured data or a directory).',
  'dicom.unsupported-syntax': 'The transfer syntax is not supported.',
  'dicom.unsupported-pixels': 'The pixel description is not supported or contradicts itself.',
  'dicom.corrupt/unforeseen': '{{file}} is damaged in an unforeseen way ({{message}}).',
  'dicom.corrupt/no-element':
    '{{file}} is damaged: its data set does not start with an element. Ask for the file again.',
  'dicom.corrupt/unreadable': '{{file}} is damaged: no element of its data set can be read. Ask for the file again.',
  'dicom.corrupt/deflated': '{{file}} is damaged: its deflated data set cannot be inflated. Ask for the file again.',
  'dicom.corrupt/no-fragments': '{{file}}: its compressed pixel data holds no fragments.',
  'dicom.corrupt/unassigned-fragments':
    '{{file}}: its {{fragments, number}} fragments cannot be assigned to {{frames, number}} frames.',
  'dicom.corrupt/no-data': '{{file}} holds no data for frame {{frame}}.',
  'dicom.corrupt/frame-cut': '{{file}} is cut off within frame {{frame}}. Ask for the file again.',
  'dicom.corrupt/frame-short':
    '{{file}} is cut off: frame {{frame}} needs {{needed, number}} bytes, {{there, number}} are there. Ask for the file again.',
  'dicom.corrupt/before-pixels': '{{file}} is cut off or damaged before any pixels. Ask for the file again.',
  'dicom.corrupt/not-decoded': '{{file}}: frame {{frame}} ({{syntax}}) cannot be decoded: {{message}}.',
  'dicom.no-pixel-data/directory': '{{file}} is a DICOMDIR: open the folder that it describes instead.',
  'dicom.no-pixel-data/modality': '{{file}} is a DICOM file without an image (modality {{modality}}).',
  'dicom.no-pixel-data/none': '{{file}} is a DICOM file without an image.',
  'dicom.unsupported-syntax/codec': '{{file}} is compressed as {{syntax}}, which cannot be shown: {{diagnosis}}.',
  'dicom.unsupported-syntax/unnamed':
    '{{file}} holds compressed pixels, but its transfer syntax ({{syntax}}) does not say how they are compressed.',
  'dicom.unsupported-pixels/not-decoded': '{{file}}: frame {{frame}} ({{syntax}}) cannot be decoded: {{message}}.',
  'dicom.unsupported-pixels/unstated': '{{file}}: the file does not say {{keyword}}, so its pixels cannot be read.',
  'dicom.unsupported-pixels/no-pixel': '{{file}}: an image of {{columns}} x {{rows}} pixels has no pixel.',
  'dicom.unsupported-pixels/value': '{{file}}: {{keyword}} {{value}} is not supported.',
  'dicom.unsupported-pixels/samples':
    '{{file}}: {{photometric}} with {{samples}} samples per pixel contradicts itself.',
  'dicom.unsupported-pixels/bits':
    '{{file}}: BitsAllocated {{allocated}}, BitsStored {{stored}} and HighBit {{high}} contradict each other.',
  'dicom.unsupported-pixels/no-palette': '{{file}}: it is a PALETTE COLOR image whose palette is missing or damaged.',
} as const;
