/** The package has no types of its own. */
declare module 'oled-font-5x7' {
  const font: {
    width: number;
    height: number;
    /** `width` bytes per character: columns from left to right, lowest bit at the top. */
    fontData: number[];
    lookup: string[];
  };
  export default font;
}
