import { Dial } from './dial.tsx';

/** A leader that is cut: its two halves stand apart along a slanted line. */
export function CutDial({ aspect }: { aspect: number }) {
  return (
    <div aria-hidden="true" className="absolute inset-0 overflow-hidden opacity-50">
      <div className="absolute inset-0 -translate-x-[0.6%] -translate-y-[1.2%] [clip-path:polygon(-5%_-5%,62%_-5%,38%_105%,-5%_105%)]">
        <Dial aspect={aspect} percent={null} hub={0.88} />
      </div>
      <div className="absolute inset-0 translate-x-[0.6%] translate-y-[1.2%] [clip-path:polygon(64%_-5%,105%_-5%,105%_105%,40%_105%)]">
        <Dial aspect={aspect} percent={null} hub={0.88} />
      </div>
    </div>
  );
}
