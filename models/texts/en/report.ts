/** The PDF report. */
export const report = {
  outside: 'OUTSIDE of what the model is meant for: do not rely on its answer.',
  unverified: 'Not verified: whether the image is of the kind that the model is meant for could not be made sure.',
} as const;
