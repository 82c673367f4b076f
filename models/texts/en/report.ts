/** The PDF report. */
export const report = {} as const;
