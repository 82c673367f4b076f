/** Which part of the body words name: coded values of Body Part Examined (PS3.16 Annex L) and usual free text. */

/** Part -> words that name it, as they stand in headers, without endings. */
const WORDS: Readonly<Record<string, RegExp>> = {
  CHEST: /^(CHEST|CXR|THORA[XC]\w*|TORAX|LUNGS?|PULMO\w*|RIBS?|RIBCAGE)$/,
  ABDOMEN: /^(ABDOM\w*|KUB|LIVER|KIDNEYS?|RENAL|BOWEL|COLON|STOMACH)$/,
  PELVIS: /^(PELVI[SC]|HIPS?|SACRUM|COCCYX)$/,
  HEAD: /^(HEAD|SKULL|BRAIN|CEREBR\w*|SINUS(ES)?|FACE|FACIAL|ORBITS?|JAW|MANDIBLE|MAXILLA|TEETH|TOOTH|DENTAL|CRANI\w*)$/,
  NECK: /^(NECK|THYROID|LARYNX)$/,
  SPINE: /^(SPINE|CSPINE|TSPINE|LSPINE|SSPINE|CERVICAL|LUMBAR|LUMBOSACRAL|VERTEBRA\w*|SPINAL)$/,
  ARM: /^(ARM|UPPERARM|FOREARM|HUMERUS|ELBOW|WRIST|HANDS?|FINGERS?|THUMB|SHOULDER|CLAVICLE|SCAPULA|RADIUS|ULNA)$/,
  LEG: /^(LEGS?|LOWERLEG|THIGH|FEMUR|KNEES?|PATELLA|TIBIA|FIBULA|ANKLES?|FOOT|FEET|TOES?|CALCANEUS|HEEL)$/,
  BREAST: /^(BREASTS?|MAMMO\w*)$/,
  HEART: /^(HEART|CARDIAC|CORONARY|ECHO)$/,
  WHOLEBODY: /^(WHOLEBODY|BODY)$/,
};

const wordsOf = (text: string): string[] =>
  text
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter(Boolean);

/** 'Thoracic spine' is a spine. */
const STRONGER: readonly string[] = ['SPINE'];

/**
 * The parts of the body that a text names; empty where it names none that is known.
 *
 * @param text a coded value or free text, e.g. 'CHEST', 'XR THORAX PA', 'PORT_CHEST'
 */
export function partsNamed(text: string): string[] {
  const words = wordsOf(text);
  const named = Object.keys(WORDS).filter((part) => words.some((word) => WORDS[part]!.test(word)));
  const strongest = named.filter((part) => STRONGER.includes(part));
  return strongest.length > 0 ? strongest : named;
}

/** Whether two names mean one part: the same text, or the same known part. */
export function samePart(a: string, b: string): boolean {
  if (wordsOf(a).join('') === wordsOf(b).join('')) return true;
  const [ofA, ofB] = [partsNamed(a), partsNamed(b)];
  return ofA.length > 0 && ofA.length === ofB.length && ofA.every((part) => ofB.includes(part));
}
