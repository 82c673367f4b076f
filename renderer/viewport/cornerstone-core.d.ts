/** The part of cornerstone-core 2.6 that the viewport uses; the package ships no types of its own. */
declare module 'cornerstone-core' {
  /** A table that maps a stored value (slope 1, intercept 0) to a grey level. */
  export interface VoiTable {
    id: string;
    firstValueMapped: number;
    numBitsPerEntry: number;
    lut: ArrayLike<number>;
  }

  export interface CornerstoneImage {
    imageId: string;
    minPixelValue: number;
    maxPixelValue: number;
    slope: number;
    intercept: number;
    windowCenter: number;
    windowWidth: number;
    voiLUT?: VoiTable;
    invert: boolean;
    color: boolean;
    /** Colour only: four samples per pixel. */
    rgba?: boolean;
    rows: number;
    columns: number;
    height: number;
    width: number;
    rowPixelSpacing: number;
    columnPixelSpacing: number;
    sizeInBytes: number;
    getPixelData(): ArrayLike<number>;
  }

  export interface CornerstoneViewport {
    scale: number;
    translation: { x: number; y: number };
    voi: { windowWidth: number; windowCenter: number };
    voiLUT: VoiTable | undefined;
    invert: boolean;
    pixelReplication: boolean;
    rotation: number;
    hflip: boolean;
    vflip: boolean;
  }

  export interface EnabledElement {
    element: HTMLElement;
    canvas: HTMLCanvasElement;
    image: CornerstoneImage | undefined;
    viewport: CornerstoneViewport | undefined;
    renderingTools: object;
  }

  export interface ImageRenderedDetail {
    enabledElement: EnabledElement;
    image: CornerstoneImage;
    canvasContext: CanvasRenderingContext2D;
  }

  interface Cornerstone {
    enable(element: HTMLElement): void;
    disable(element: HTMLElement): void;
    resize(element: HTMLElement, forceFitToWindow: boolean): void;
    displayImage(element: HTMLElement, image: CornerstoneImage, viewport: CornerstoneViewport): void;
    updateImage(element: HTMLElement, invalidated?: boolean): void;
    getEnabledElement(element: HTMLElement): EnabledElement;
    setToPixelCoordinateSystem(enabledElement: EnabledElement, context: CanvasRenderingContext2D): void;
    readonly EVENTS: { readonly IMAGE_RENDERED: 'cornerstoneimagerendered' };
  }

  const cornerstone: Cornerstone;
  export default cornerstone;
}
