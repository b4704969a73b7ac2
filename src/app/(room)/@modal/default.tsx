/** No take lies over the page. */
export default function Nothing() {
  return null;
}
