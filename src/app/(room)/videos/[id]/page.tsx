import { TakePage } from '#ui/take/take-page.tsx';

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return <TakePage id={id} />;
}
