import { TakeModal } from '#ui/take/take-modal.tsx';

/** A take that is opened from inside the studio lies over it; the same address opened anew is the page. */
export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return <TakeModal id={id} />;
}
