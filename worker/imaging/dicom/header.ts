import { patientAgeOf } from '../../../models/imaging/patient-age.ts';
import type { ImageHeader } from '../../protocol.ts';
import type { ImageFile } from '../image-file.ts';
import type { Attributes } from './attributes.ts';
import { functionalGroups } from './functional-groups.ts';
import { planeOf } from './geometry.ts';
import type { Dicom } from './parse.ts';
import { formatPersonName } from './person-name.ts';
import { describePixels } from './pixels.ts';

/** What a list shows of an image. Throws `dicom.*` for a file that holds none, or none that can be. */
export function dicomHeader({ path, version }: ImageFile, dicom: Dicom): ImageHeader {
  const { attributes } = dicom;
  const { rows, columns, frames } = describePixels(dicom);
  const text = (keyword: string) => attributes.string(keyword);
  return {
    path,
    fileVersion: version,
    format: 'dicom',
    rows,
    columns,
    frames,
    frameTime: frameTimeOf(attributes),
    modality: text('Modality'),
    bodyPart: text('BodyPartExamined') || meaning(attributes, 'AnatomicRegionSequence'),
    viewPosition: text('ViewPosition') || viewOf(meaning(attributes, 'ViewCodeSequence')),
    laterality: text('ImageLaterality') || text('Laterality'),
    photometricInterpretation: text('PhotometricInterpretation'),
    imageType: attributes.strings('ImageType'),
    sopClassUid: text('SOPClassUID'),
    burnedInAnnotation: text('BurnedInAnnotation'),
    qualityControlImage: text('QualityControlImage'),
    protocolName: text('ProtocolName'),
    patientName: formatPersonName(text('PatientName')),
    patientId: text('PatientID'),
    patientBirthDate: text('PatientBirthDate'),
    patientSex: text('PatientSex'),
    patientAge: text('PatientAge'),
    age: patientAgeOf(text('PatientAge'), text('PatientBirthDate'), text('StudyDate')),
    studyUid: text('StudyInstanceUID'),
    studyDate: text('StudyDate'),
    studyTime: text('StudyTime'),
    studyDescription: text('StudyDescription'),
    accessionNumber: text('AccessionNumber'),
    institutionName: text('InstitutionName'),
    seriesUid: text('SeriesInstanceUID'),
    seriesNumber: attributes.number('SeriesNumber'),
    seriesDescription: text('SeriesDescription'),
    sopInstanceUid: text('SOPInstanceUID'),
    instanceNumber: attributes.number('InstanceNumber'),
    plane: planeOf(attributes, functionalGroups(attributes, 0)),
  };
}

/** What a coded value means (PS3.3 8.8), in the file's words; empty where it is not coded. */
const meaning = (attributes: Attributes, sequence: string): string =>
  attributes.items(sequence)[0]?.string('CodeMeaning') ?? '';

/** Views by their meanings in PS3.16 CID 4010; any other meaning as it is. */
const VIEWS: readonly (readonly [RegExp, string])[] = [
  [/postero-?\s?anterior/i, 'PA'],
  [/antero-?\s?posterior/i, 'AP'],
  [/lateral/i, 'LATERAL'],
];
const viewOf = (text: string): string => VIEWS.find(([pattern]) => pattern.test(text))?.[1] ?? text;

/** Milliseconds between frames (PS3.3 C.7.6.5): given, or of a rate per second; null if unknown. */
function frameTimeOf(attributes: Attributes): number | null {
  const time = attributes.number('FrameTime') ?? attributes.numbers('FrameTimeVector')[1];
  if (time && time > 0) return time;
  const rate = attributes.number('CineRate') ?? attributes.number('RecommendedDisplayFrameRate');
  return rate && rate > 0 ? 1000 / rate : null;
}
