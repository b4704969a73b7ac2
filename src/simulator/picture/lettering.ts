import font from 'oled-font-5x7';
import type { Colour, Frame } from './frame.ts';

/** A character is 5 × 7 cells and advances by 6; `scale` is the width of a cell in pixels. */
export const advanceCells = 6;
export const heightCells = 7;

const hollowBox = [0x7f, 0x41, 0x41, 0x41, 0x7f];
const typography: Record<string, string> = { '‘': "'", '’': "'", '“': '"', '”': '"', '–': '-', '—': '-', '…': '...' };

type Mask = { width: number; height: number; alpha: Float32Array };
const masks = new Map<string, Mask>();

/** Text as the font can show it: typographic signs and accents replaced, what is left unknown as a hollow box. */
export function printable(text: string): string {
  const plain = (sign: string) => typography[sign] ?? sign.normalize('NFKD').replace(/\p{M}/gu, '');
  return [...text.normalize('NFC').replace(/\s+/g, ' ').trim()]
    .map((sign) => (font.lookup.includes(sign) ? sign : plain(sign)))
    .join('');
}

/** Draws one line of text with its top left corner at (left, top). */
export function write(frame: Frame, text: string, left: number, top: number, scale: number, colour: Colour): void {
  let x = Math.round(left);
  for (const character of text) {
    const { width, height, alpha } = maskOf(character, scale);
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        frame.blend(x + column, Math.round(top) + row, alpha[row * width + column] ?? 0, colour);
      }
    }
    x += Math.round(advanceCells * scale);
  }
}

/** Width of a line in pixels, without the gap after its last character. */
export function widthOf(text: string, scale: number): number {
  return Math.round(advanceCells * scale) * [...text].length - scale;
}

/** Breaks text into lines of at most `columns` characters; words that are longer are cut. `maxLines` ends it with "...". */
export function wrap(text: string, columns: number, maxLines: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((part) => part.match(new RegExp(`.{1,${columns}}`, 'gu')) ?? [])) {
    const longer = line === '' ? word : `${line} ${word}`;
    if ([...longer].length <= columns) {
      line = longer;
    } else {
      lines.push(line);
      line = word;
    }
  }
  if (line !== '') lines.push(line);
  if (lines.length <= maxLines) return lines;
  const last = [...(lines[maxLines - 1] ?? '')].slice(0, columns - 3).join('');
  return [...lines.slice(0, maxLines - 1), `${last}...`];
}

/**
 * The bitmap font drawn with a round pen: neighbouring dots of a glyph are joined by strokes, so that large letters are
 * smooth. At a scale of 1 this is the plain bitmap.
 */
function maskOf(character: string, scale: number): Mask {
  const key = `${scale} ${character}`;
  const known = masks.get(key);
  if (known) return known;
  const strokes = strokesOf(character);
  const width = Math.ceil(advanceCells * scale);
  const height = Math.ceil((heightCells + 1) * scale);
  const alpha = new Float32Array(width * height);
  const penRadius = scale * 0.5;
  for (let at = 0; at < alpha.length; at++) {
    const x = (at % width) + 0.5;
    const y = Math.floor(at / width) + 0.5;
    let distance = Number.POSITIVE_INFINITY;
    for (const [x1, y1, x2, y2] of strokes) {
      distance = Math.min(distance, distanceToStroke(x, y, x1 * scale, y1 * scale, x2 * scale, y2 * scale));
    }
    alpha[at] = Math.max(0, Math.min(1, penRadius + 0.5 - distance));
  }
  const mask = { width, height, alpha };
  masks.set(key, mask);
  return mask;
}

type Stroke = readonly [x1: number, y1: number, x2: number, y2: number];

/** Strokes between the centres of neighbouring dots; diagonal ones only where no straight way joins the two. */
function strokesOf(character: string): Stroke[] {
  const at = font.lookup.indexOf(character);
  const columns = at < 0 ? hollowBox : font.fontData.slice(at * font.width, (at + 1) * font.width);
  const dot = (x: number, y: number) => (((columns[x] ?? 0) >> y) & 1) === 1;
  const strokes: Stroke[] = [];
  for (let x = 0; x < font.width; x++) {
    for (let y = 0; y < 8; y++) {
      if (!dot(x, y)) continue;
      const to = (dx: number, dy: number) => strokes.push([x + 0.5, y + 0.5, x + dx + 0.5, y + dy + 0.5]);
      to(0, 0);
      if (dot(x + 1, y)) to(1, 0);
      if (dot(x, y + 1)) to(0, 1);
      if (dot(x + 1, y + 1) && !dot(x + 1, y) && !dot(x, y + 1)) to(1, 1);
      if (y > 0 && dot(x + 1, y - 1) && !dot(x + 1, y) && !dot(x, y - 1)) to(1, -1);
    }
  }
  return strokes;
}

function distanceToStroke(x: number, y: number, x1: number, y1: number, x2: number, y2: number): number {
  const dx = x2 - x1;
  const dy = y2 - y1;
  const length2 = dx * dx + dy * dy;
  const along = length2 === 0 ? 0 : Math.max(0, Math.min(1, ((x - x1) * dx + (y - y1) * dy) / length2));
  return Math.hypot(x - x1 - along * dx, y - y1 - along * dy);
}
