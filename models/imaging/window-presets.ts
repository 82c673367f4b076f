/** Windows that radiologists expect by name. Centre and width in Hounsfield units. */
export interface WindowPreset {
  name: string;
  center: number;
  width: number;
}

/** Common CT windows, as teaching texts give them; departments differ by some tens of HU. */
const CT_PRESETS: readonly WindowPreset[] = [
  { name: 'Soft tissue', center: 40, width: 400 },
  { name: 'Lung', center: -600, width: 1500 },
  { name: 'Mediastinum', center: 50, width: 350 },
  { name: 'Bone', center: 400, width: 1800 },
  { name: 'Brain', center: 40, width: 80 },
  { name: 'Stroke', center: 40, width: 40 },
  { name: 'Liver', center: 60, width: 160 },
  { name: 'Angiography', center: 300, width: 600 },
];

/** Presets by modality (0008,0060). A modality that is not here has no fixed units, so it has no presets. */
export const WINDOW_PRESETS: Readonly<Record<string, readonly WindowPreset[]>> = { CT: CT_PRESETS };
