import cornerstone, { type CornerstoneImage, type CornerstoneViewport } from 'cornerstone-core';
import type { Frame, Voi } from '../../models/imaging/frame.ts';
import { FrameImages, IDENTITY_WINDOW } from './frame-image.ts';
import { OverlayPainter, type OverlayLook } from './overlay-painter.ts';
import { effectiveScale, pixelAspect, pixelStretch, type Layout, type Placement, type Size } from './view-transform.ts';

/** All that decides what is drawn. */
export interface Look {
  /** Comes back when it was drawn. */
  key: string;
  frame: Frame;
  placement: Placement;
  voi: Voi | null;
  inverted: boolean;
  smooth: boolean;
  overlay: OverlayLook;
}

/** The only place that drives cornerstone: one element, one image, the overlays on top. */
export class Stage {
  readonly #element: HTMLElement;
  readonly #images = new FrameImages();
  readonly #painter = new OverlayPainter();
  readonly #onRendered: (key: string) => void;
  #look: Look | null = null;
  #size: Size = { width: 1, height: 1 };
  #density = 1;

  /**
   * @param element empty; cornerstone puts its canvas into it
   * @param onRendered called after each drawing with the key of what is now on the screen
   */
  constructor(element: HTMLElement, onRendered: (key: string) => void) {
    this.#element = element;
    this.#onRendered = onRendered;
    cornerstone.enable(element);
    element.addEventListener(cornerstone.EVENTS.IMAGE_RENDERED, this.#rendered);
  }

  /** Layout of a frame on the screen, in CSS pixels. */
  layout(frame: Frame, placement: Placement): Layout {
    return layoutOf(frame, placement, this.#size, 1);
  }

  /** Cornerstone knows no dense screens: the element is made larger and scaled down by its style. */
  resize(size: Size, density: number): void {
    this.#size = size;
    this.#density = density;
    const { style } = this.#element;
    style.width = `${Math.round(size.width * density)}px`;
    style.height = `${Math.round(size.height * density)}px`;
    style.transform = density === 1 ? '' : `scale(${1 / density})`;
    style.transformOrigin = '0 0';
    cornerstone.resize(this.#element, false);
    if (this.#look) this.draw(this.#look);
  }

  /** Draws at the next animation frame. */
  draw(look: Look): void {
    this.#look = look;
    const { image, voiLUT } = this.#images.of(look.frame, look.voi);
    const layout = layoutOf(look.frame, look.placement, this.#size, this.#density);
    const scale = effectiveScale(layout);
    const sideways = look.placement.rotation % 180 !== 0;
    // Cornerstone pans before it scales, along the screen's axes.
    const across = scale * (sideways ? layout.stretch.y : layout.stretch.x);
    const down = scale * (sideways ? layout.stretch.x : layout.stretch.y);
    const viewport: CornerstoneViewport = {
      scale,
      translation: { x: layout.placement.pan.x / across, y: layout.placement.pan.y / down },
      voi: { ...IDENTITY_WINDOW },
      voiLUT,
      invert: look.inverted,
      pixelReplication: !look.smooth,
      rotation: look.placement.rotation,
      hflip: look.placement.flipHorizontal,
      vflip: look.placement.flipVertical,
    };
    this.#prepareCanvas(image);
    cornerstone.displayImage(this.#element, image, viewport);
  }

  /**
   * Cornerstone draws into a canvas of its own, which it fills and reads back for every new size and between grey and
   * colour. Made here instead, white as it needs it and in main memory: that halves the time until a large image shows.
   */
  #prepareCanvas(image: CornerstoneImage): void {
    const enabled = cornerstone.getEnabledElement(this.#element);
    const { width, height, color } = image;
    const last = enabled.image;
    if (last?.color === color && last.width === width && last.height === height) return;
    const renderCanvas = document.createElement('canvas');
    renderCanvas.width = width;
    renderCanvas.height = height;
    const renderCanvasData = new ImageData(width, height);
    new Uint32Array(renderCanvasData.data.buffer).fill(0xffffffff);
    enabled.renderingTools = {
      renderCanvas,
      renderCanvasContext: renderCanvas.getContext('2d', { willReadFrequently: true }),
      renderCanvasData,
      lastRenderedIsColor: color,
    };
  }

  destroy(): void {
    this.#element.removeEventListener(cornerstone.EVENTS.IMAGE_RENDERED, this.#rendered);
    cornerstone.disable(this.#element);
  }

  readonly #rendered = (): void => {
    const look = this.#look;
    const enabled = cornerstone.getEnabledElement(this.#element);
    const context = enabled.canvas.getContext('2d');
    if (!look || !context) return;
    cornerstone.setToPixelCoordinateSystem(enabled, context);
    this.#painter.drawMap(context, look.overlay);
    const layout = layoutOf(look.frame, look.placement, this.#size, this.#density);
    this.#painter.drawOutline(context, look.overlay, layout, this.#density);
    this.#onRendered(look.key);
  };
}

function layoutOf(frame: Frame, placement: Placement, size: Size, density: number): Layout {
  const { scale, pan } = placement;
  return {
    viewport: { width: size.width * density, height: size.height * density },
    image: { width: frame.columns, height: frame.rows },
    stretch: pixelStretch(pixelAspect(frame)),
    placement: {
      ...placement,
      scale: scale === 'fit' ? scale : scale * density,
      pan: { x: pan.x * density, y: pan.y * density },
    },
  };
}
