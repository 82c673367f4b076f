/** Windows that radiologists expect by name. Centre and width in Hounsfield units. */
export interface WindowPreset {
  /** Key of its name in the catalogue of the window. */
  id: `ct/${'soft-tissue' | 'lung' | 'mediastinum' | 'bone' | 'brain' | 'stroke' | 'liver' | 'angiography'}`;
  center: number;
  width: number;
}

/** Common CT windows, as teaching texts give them; departments differ by some tens of HU. */
const CT_PRESETS: readonly WindowPreset[] = [
  { id: 'ct/soft-tissue', center: 40, width: 400 },
  { id: 'ct/lung', center: -600, width: 1500 },
  { id: 'ct/mediastinum', center: 50, width: 350 },
  { id: 'ct/bone', center: 400, width: 1800 },
  { id: 'ct/brain', center: 40, width: 80 },
  { id: 'ct/stroke', center: 40, width: 40 },
  { id: 'ct/liver', center: 60, width: 160 },
  { id: 'ct/angiography', center: 300, width: 600 },
];

/** Presets by modality (0008,0060). A modality that is not here has no fixed units, so it has no presets. */
export const WINDOW_PRESETS: Readonly<Record<string, readonly WindowPreset[]>> = { CT: CT_PRESETS };
