import type { Manifest } from './manifest.ts';

/** A model card made from what the manifest knows, for packages whose maker wrote none. */
export function modelCard(manifest: Manifest, parameters: number): string {
  const { architecture, classes, preprocessing, intended, training } = manifest;
  const sections = [
    `# ${manifest.name}`,
    'For research only: not a medical device, not for diagnosis.',
    '## What it tells apart',
    classes
      .map(({ name, displayName }) => (name === displayName ? `- ${name}` : `- ${displayName} (\`${name}\`)`))
      .join('\n'),
    '## What it is meant for',
    [
      `- Modalities: ${listed(intended.modalities)}`,
      `- Body parts: ${listed(intended.bodyParts)}`,
      `- Views: ${listed(intended.views)}`,
      `- Age: ${ageRange(intended.ageYears)}`,
    ].join('\n'),
    '## Training data and results',
    training.data || 'Not stated.',
    metricsTable(training.metrics),
    '## Network and input',
    [
      `- HiFuse, width ${architecture.width}, depths ${architecture.depths.join('-')}, heads ${architecture.heads.join('-')}, window ${architecture.window}, ${architecture.irmlp} IRMLP; ${parameters.toLocaleString('en')} parameters`,
      `- Input: \`${preprocessing.geometry}\`, mean ${preprocessing.mean.join(', ')}, standard deviation ${preprocessing.std.join(', ')}`,
      `- Probabilities: ${manifest.calibration ? `calibrated on ${manifest.calibration.data}` : 'not calibrated'}`,
    ].join('\n'),
    '## Licence',
    manifest.license,
  ];
  return `${sections.filter(Boolean).join('\n\n')}\n`;
}

function listed(values: readonly string[]): string {
  return values.length > 0 ? values.join(', ') : 'not stated';
}

function ageRange(age: Manifest['intended']['ageYears']): string {
  if (!age) return 'not stated';
  const { minimum, maximum } = age;
  if (minimum !== null && maximum !== null) return `${minimum} to ${maximum} years`;
  if (minimum !== null) return `${minimum} years and older`;
  return maximum !== null ? `up to ${maximum} years` : 'not stated';
}

function metricsTable(metrics: Manifest['training']['metrics']): string {
  const rows = Object.entries(metrics).map(([name, value]) => `| ${name} | ${value} |`);
  return rows.length > 0 ? ['| metric | value |', '| --- | --- |', ...rows].join('\n') : '';
}
