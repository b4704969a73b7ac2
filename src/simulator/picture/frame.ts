/** A colour in video range: luma 16..235, chroma 16..240 around 128 (ITU-R BT.601). */
export type Colour = { y: number; u: number; v: number };

/** Neutral grey from black (16) to white (235). */
export const grey = (y: number): Colour => ({ y, u: 128, v: 128 });

/** A colour by hue in degrees; `strength` is the distance from grey in chroma steps (0..112). */
export function tint(y: number, hueDegrees: number, strength: number): Colour {
  const radians = (hueDegrees * Math.PI) / 180;
  return { y, u: 128 + strength * Math.cos(radians), v: 128 + strength * Math.sin(radians) };
}

/** One picture as the encoder takes it: I420, a full luma plane and two chroma planes of half width and height. */
export class Frame {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
  readonly lumaSize: number;
  readonly chromaSize: number;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.lumaSize = width * height;
    this.chromaSize = this.lumaSize / 4;
    this.data = new Uint8Array(this.lumaSize + 2 * this.chromaSize);
  }

  fill(colour: Colour): void {
    this.data.fill(colour.y, 0, this.lumaSize);
    this.data.fill(colour.u, this.lumaSize, this.lumaSize + this.chromaSize);
    this.data.fill(colour.v, this.lumaSize + this.chromaSize);
  }

  copyFrom(other: Frame): void {
    this.data.set(other.data);
  }

  /** Lays `colour` over one pixel, `alpha` 0..1. Outside of the picture nothing happens. */
  blend(x: number, y: number, alpha: number, colour: Colour): void {
    if (alpha <= 0 || x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const at = y * this.width + x;
    this.data[at] = mix(this.data[at] ?? 0, colour.y, alpha);
    if (((x | y) & 1) !== 0) return;
    const u = this.lumaSize + (y >> 1) * (this.width >> 1) + (x >> 1);
    const v = u + this.chromaSize;
    this.data[u] = mix(this.data[u] ?? 0, colour.u, alpha);
    this.data[v] = mix(this.data[v] ?? 0, colour.v, alpha);
  }

  /** A filled rectangle; fractions at the edges are blended. */
  rectangle(left: number, top: number, width: number, height: number, colour: Colour, alpha = 1): void {
    const right = left + width;
    const bottom = top + height;
    for (let y = Math.floor(top); y < bottom; y++) {
      const down = Math.min(y + 1, bottom) - Math.max(y, top);
      for (let x = Math.floor(left); x < right; x++) {
        const across = Math.min(x + 1, right) - Math.max(x, left);
        this.blend(x, y, alpha * down * across, colour);
      }
    }
  }

  /** A circle line of the given thickness, smooth at both edges. */
  ring(centreX: number, centreY: number, radius: number, thickness: number, colour: Colour, alpha = 1): void {
    const reach = radius + thickness;
    for (let y = Math.floor(centreY - reach); y <= centreY + reach; y++) {
      for (let x = Math.floor(centreX - reach); x <= centreX + reach; x++) {
        const distance = Math.hypot(x + 0.5 - centreX, y + 0.5 - centreY);
        const coverage = thickness / 2 + 0.5 - Math.abs(distance - radius);
        this.blend(x, y, alpha * Math.min(1, coverage), colour);
      }
    }
  }

  /** The picture as packed RGB, for stills. */
  toRgb(): Uint8Array {
    const rgb = new Uint8Array(this.lumaSize * 3);
    const { data, width, height, lumaSize, chromaSize } = this;
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at++) {
        const chroma = lumaSize + (y >> 1) * (width >> 1) + (x >> 1);
        const luma = 1.164 * ((data[at] ?? 0) - 16);
        const u = (data[chroma] ?? 0) - 128;
        const v = (data[chroma + chromaSize] ?? 0) - 128;
        rgb[at * 3] = clampByte(luma + 1.596 * v);
        rgb[at * 3 + 1] = clampByte(luma - 0.392 * u - 0.813 * v);
        rgb[at * 3 + 2] = clampByte(luma + 2.017 * u);
      }
    }
    return rgb;
  }

  /** Replaces the picture by packed RGB of the same size. */
  fromRgb(rgb: Uint8Array): void {
    for (let y = 0, at = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++, at++) {
        const r = rgb[at * 3] ?? 0;
        const g = rgb[at * 3 + 1] ?? 0;
        const b = rgb[at * 3 + 2] ?? 0;
        this.data[at] = 16 + 0.257 * r + 0.504 * g + 0.098 * b;
        if (((x | y) & 1) !== 0) continue;
        const u = this.lumaSize + (y >> 1) * (this.width >> 1) + (x >> 1);
        this.data[u] = 128 - 0.148 * r - 0.291 * g + 0.439 * b;
        this.data[u + this.chromaSize] = 128 + 0.439 * r - 0.368 * g - 0.071 * b;
      }
    }
  }
}

function mix(under: number, over: number, alpha: number): number {
  return under + (over - under) * Math.min(1, alpha);
}

function clampByte(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}
