import { useId } from 'react';

type Props = {
  /** Width by height of the clip. */
  aspect: number;
  /** 0..100; null = the dial stands still, without a hand. */
  percent: number | null;
  tone?: 'working' | 'quiet';
  /** How much of the circle's radius is kept free of lines, for letters in the middle. */
  hub?: number;
};

/** The circle's radius, of the shorter side. */
const radiusShare = 0.37;

/**
 * The drawing of the film leader: crosshairs, two circles, and a sweep from twelve o'clock. The sweep is two half discs,
 * each shut in its half of the dial: the right one turns until 180°, then the left one.
 */
export function Dial({ aspect, percent, tone = 'working', hub = 0 }: Props) {
  const id = useId();
  const [width, height] = [100 * aspect, 100];
  const [x, y] = [width / 2, height / 2];
  const r = Math.min(width, height) * radiusShare;
  const free = r * hub;
  const half = (side: 0 | 1) => `M ${x} ${y - r} A ${r} ${r} 0 0 ${side} ${x} ${y + r} Z`;
  const turn = (angle: string) => ({ transform: `rotate(${angle})`, transformOrigin: `${x}px ${y}px` });
  const thin = { vectorEffect: 'non-scaling-stroke', strokeWidth: 1 } as const;

  return (
    <svg
      aria-hidden="true"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="xMidYMid slice"
      className="leader-sweep absolute inset-0 size-full"
      style={{ '--sweep': `${(percent ?? 0) * 3.6}deg` } as React.CSSProperties}
    >
      <clipPath id={`${id}r`}>
        <rect x={x} y="0" width={x} height={height} />
      </clipPath>
      <clipPath id={`${id}l`}>
        <rect x="0" y="0" width={x} height={height} />
      </clipPath>
      {percent !== null && (
        <g className="fill-ink/10">
          <g clipPath={`url(#${id}r)`}>
            <path className="leader-turn" d={half(0)} style={turn('min(var(--sweep), 180deg)')} />
          </g>
          <g clipPath={`url(#${id}l)`}>
            <path className="leader-turn" d={half(1)} style={turn('max(var(--sweep) - 180deg, 0deg)')} />
          </g>
        </g>
      )}
      <g className="stroke-ink/20" fill="none" {...thin}>
        <path d={`M 0 ${y} H ${x - free} M ${x + free} ${y} H ${width}`} {...thin} />
        <path d={`M ${x} 0 V ${y - free} M ${x} ${y + free} V ${height}`} {...thin} />
        <circle cx={x} cy={y} r={r} {...thin} />
        <circle cx={x} cy={y} r={r * 0.88} {...thin} />
      </g>
      {percent !== null && (
        <path
          className={tone === 'working' ? 'leader-turn stroke-working' : 'leader-turn stroke-ink/60'}
          d={`M ${x} ${y - free} V ${y - r}`}
          style={turn('var(--sweep)')}
          vectorEffect="non-scaling-stroke"
          strokeWidth={1.5}
        />
      )}
    </svg>
  );
}
