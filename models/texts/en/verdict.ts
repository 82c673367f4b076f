/** Verdicts, prediction sets and calibration, in the same words on every surface. */
export const verdict = {
  outside: 'Outside',
  unverified: 'Unverified',
  'outside-panel': 'Outside of what the model is meant for. Do not rely on its answer.',
  'unverified-panel': 'Not verified to be what the model is meant for.',
  tally:
    '{{outside, number}} outside of what the model is meant for, {{unverified, number}} not verified to be inside.',
  'maps-left-out_one': 'One image outside got no heat map; --show-anyway draws it, too.',
  'maps-left-out_other': '{{count}} images outside got no heat map; --show-anyway draws theirs, too.',
  'set-one': '{{name}} alone, at {{percent, number}} %',
  'set-many': '{{names}} or {{last}}, at {{percent, number}} %',
  'show-anyway': 'Show anyway',
  'hide-again': 'Hide again',
  'shown-anyway': 'The reader asked to see the answer although the image is outside of what the model is meant for.',
  'not-shown': 'Not shown: the image is outside of what the model is meant for.',
} as const;
