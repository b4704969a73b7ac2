import { type Colour, Frame, grey, tint } from './frame.ts';
import { advanceCells, heightCells, printable, widthOf, wrap, write } from './lettering.ts';

/** What a clip shows. */
export type Picture = {
  id: string;
  prompt: string;
  width: number;
  height: number;
  seconds: number;
  fps: number;
  hueDegrees: number;
};

type Layout = {
  /** One unit is 1/180 of the shorter side, so that 320×180 has whole pixels. */
  unit: number;
  centre: { x: number; y: number };
  radius: number;
  title: { lines: string[]; top: number; scale: number };
  prompt: { top: number; lines: number };
  columnWidth: number;
  margin: number;
};

const white = grey(235);
const paper = grey(205);
const quiet = grey(128);
const hairline = grey(78);

/**
 * Draws the frames of a test card in the manner of a film leader: crosshairs, a circle with a sweep that turns once a
 * second, the seconds left, TEST PATTERN, the prompt, and a slate line with a running frame counter.
 */
export class Painter {
  readonly frameCount: number;
  readonly #picture: Picture;
  readonly #layout: Layout;
  readonly #still: Frame;
  readonly #frame: Frame;
  readonly #disc: Disc;
  readonly #sweepColour: Colour;

  /** `firstFrame`: packed RGB of the picture's size, shown dimmed behind the leader. */
  constructor(picture: Picture, firstFrame?: Uint8Array) {
    this.#picture = picture;
    this.#layout = layoutOf(picture);
    this.frameCount = Math.round(picture.seconds * picture.fps);
    this.#sweepColour = tint(150, picture.hueDegrees, 44);
    this.#still = this.#drawStill(firstFrame);
    this.#frame = new Frame(picture.width, picture.height);
    this.#disc = discOf(this.#layout, picture.width, picture.height);
  }

  /** The frame of this index, 0..frameCount-1. The same buffer is used again for the next one. */
  paint(index: number): Frame {
    const frame = this.#frame;
    frame.copyFrom(this.#still);
    const seconds = index / this.#picture.fps;
    this.#drawLight(frame, seconds);
    this.#drawSweep(frame, seconds % 1);
    this.#drawSecondsLeft(frame, Math.ceil(this.#picture.seconds - seconds));
    this.#drawCounter(frame, index, seconds);
    return frame;
  }

  #drawStill(firstFrame: Uint8Array | undefined): Frame {
    const { width, height, hueDegrees, prompt } = this.#picture;
    const { unit, centre, radius, title, margin, columnWidth, prompt: place } = this.#layout;
    const frame = new Frame(width, height);
    if (firstFrame) {
      frame.fromRgb(firstFrame);
      frame.rectangle(0, 0, width, height, grey(20), 0.72);
    } else {
      frame.fill(tint(24, hueDegrees, 4));
    }
    const line = Math.max(1, unit * 0.4);
    frame.rectangle(0, centre.y - line / 2, width, line, hairline, 0.8);
    frame.rectangle(centre.x - line / 2, 0, line, height, hairline, 0.8);
    frame.ring(centre.x, centre.y, radius, line * 2, paper, 0.85);
    frame.ring(centre.x, centre.y, radius * 0.84, line * 1.2, paper, 0.6);
    title.lines.forEach((text, row) => {
      write(frame, text, margin, title.top + row * (heightCells + 2.4) * title.scale, title.scale, white);
    });
    wrap(printable(prompt), Math.floor(columnWidth / (advanceCells * unit)), place.lines).forEach((text, row) => {
      write(frame, text, margin, place.top + row * 11 * unit, unit, paper);
    });
    this.#slateLines().forEach((text, row, all) => {
      write(frame, text, margin, height - margin - (heightCells + (all.length - 1 - row) * 11) * unit, unit, quiet);
    });
    return frame;
  }

  /** Size and id, on as many lines as the width asks for. */
  #slateLines(): string[] {
    const { width, height, id } = this.#picture;
    const { margin, unit } = this.#layout;
    const columns = Math.floor((width - 2 * margin + unit) / (advanceCells * unit));
    return wrap(`${width}x${height} ${id}`, columns, 4);
  }

  /** A broad soft light that drifts over the room, in luma only: half of what moves in the picture. */
  #drawLight(frame: Frame, seconds: number): void {
    const { width, height } = this.#picture;
    const period = width + height;
    const drift = Math.round(((seconds / 8) % 1) * period);
    const light = Uint8Array.from(
      { length: period },
      (_, at) => 9 * (0.5 - 0.5 * Math.cos((at / period) * 2 * Math.PI)),
    );
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at++) {
        const place = x + y + period - drift;
        frame.data[at] = Math.min(235, (frame.data[at] ?? 0) + (light[place % period] ?? 0));
      }
    }
  }

  /** `turn` 0..1: where the leading edge stands, clockwise from the top. Behind it the colour fades over a full turn. */
  #drawSweep(frame: Frame, turn: number): void {
    const { pixels, turns, radii } = this.#disc;
    for (let i = 0; i < pixels.length; i++) {
      const behind = (turn - (turns[i] ?? 0) + 1) % 1;
      const aheadPixels = (1 - behind) * 2 * Math.PI * (radii[i] ?? 0);
      const edge = aheadPixels < 1 ? 1 - aheadPixels : 0;
      const alpha = 0.06 + 0.84 * Math.max(edge, (1 - behind) ** 2);
      const at = pixels[i] ?? 0;
      frame.blend(at % frame.width, Math.floor(at / frame.width), alpha, this.#sweepColour);
    }
  }

  #drawSecondsLeft(frame: Frame, left: number): void {
    const { centre, radius } = this.#layout;
    const scale = Math.round((radius * 0.9) / heightCells);
    const text = String(left);
    const x = centre.x - widthOf(text, scale) / 2;
    write(frame, text, x, centre.y - (heightCells * scale) / 2, scale, white);
  }

  #drawCounter(frame: Frame, index: number, seconds: number): void {
    const { margin, unit } = this.#layout;
    const { width, height } = this.#picture;
    const digits = (value: number) => String(value).padStart(3, '0');
    const counter = `frame ${digits(index + 1)}/${digits(this.frameCount)}  ${seconds.toFixed(2)}s`;
    const lines = this.#slateLines().length;
    write(frame, counter, margin, height - margin - (heightCells + lines * 11) * unit, unit, paper);
    const bar = Math.max(2, unit);
    frame.rectangle(0, height - bar, (width * (index + 1)) / this.frameCount, bar, this.#sweepColour);
  }
}

function layoutOf({ width, height }: Picture): Layout {
  const unit = Math.min(width, height) / 180;
  const margin = 12 * unit;
  if (width > height) {
    const radius = 62 * unit;
    const centre = { x: Math.round(width * 0.71), y: Math.round(height / 2) };
    return {
      unit,
      margin,
      centre,
      radius,
      columnWidth: centre.x - radius - margin - 4 * unit,
      title: { lines: ['TEST', 'PATTERN'], top: height / 2 - 61 * unit, scale: 3 * unit },
      prompt: { top: height / 2 + 9 * unit, lines: 4 },
    };
  }
  const radius = 68 * unit;
  const centre = { x: Math.round(width / 2), y: Math.round(margin + radius + 8 * unit) };
  const below = centre.y + radius + 18 * unit;
  return {
    unit,
    margin,
    centre,
    radius,
    columnWidth: width - 2 * margin + unit,
    title: { lines: ['TEST PATTERN'], top: below, scale: 2 * unit },
    prompt: { top: below + 26 * unit, lines: 5 },
  };
}

/** The pixels inside the circle with their angle (in turns) and distance from its centre, computed once per clip. */
type Disc = { pixels: Uint32Array; turns: Float32Array; radii: Float32Array };

function discOf({ centre, radius }: Layout, width: number, height: number): Disc {
  const inner = radius * 0.84;
  const found: { at: number; turn: number; distance: number }[] = [];
  for (let y = Math.max(0, Math.floor(centre.y - inner)); y < Math.min(height, centre.y + inner); y++) {
    for (let x = Math.max(0, Math.floor(centre.x - inner)); x < Math.min(width, centre.x + inner); x++) {
      const dx = x + 0.5 - centre.x;
      const dy = y + 0.5 - centre.y;
      const distance = Math.hypot(dx, dy);
      if (distance > inner) continue;
      found.push({ at: y * width + x, turn: (Math.atan2(dx, -dy) / (2 * Math.PI) + 1) % 1, distance });
    }
  }
  return {
    pixels: Uint32Array.from(found, (pixel) => pixel.at),
    turns: Float32Array.from(found, (pixel) => pixel.turn),
    radii: Float32Array.from(found, (pixel) => pixel.distance),
  };
}
