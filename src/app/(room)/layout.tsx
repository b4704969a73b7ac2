import type { ReactNode } from 'react';
import { Room } from '#ui/room/room.tsx';

export default function Layout({ children, modal }: { children: ReactNode; modal: ReactNode }) {
  return <Room modal={modal}>{children}</Room>;
}
