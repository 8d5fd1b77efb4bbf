import type { StampAnswer } from './answer.js';

const SIZE = 44;
const MIDDLE = SIZE / 2;
const LINE = 12;
const LETTER = 18;

/** Where north and east are on a stamp; nothing if its header does not tell. */
export function Compass({ northFromUp, eastFromUp }: Pick<StampAnswer, 'northFromUp' | 'eastFromUp'>) {
  if (northFromUp === null || eastFromUp === null) return null;
  const label = `North is ${Math.round(northFromUp)}° counter-clockwise from up, east ${Math.round(eastFromUp)}°`;
  return (
    <svg class="compass" viewBox={`0 0 ${SIZE} ${SIZE}`} width={SIZE} height={SIZE} role="img" aria-label={label}>
      <Arrow letter="N" fromUp={northFromUp} />
      <Arrow letter="E" fromUp={eastFromUp} />
    </svg>
  );
}

function Arrow({ letter, fromUp }: { letter: string; fromUp: number }) {
  const angle = (fromUp * Math.PI) / 180;
  const at = (length: number) => [MIDDLE - length * Math.sin(angle), MIDDLE - length * Math.cos(angle)] as const;
  const [x, y] = at(LINE);
  const [textX, textY] = at(LETTER);
  return (
    <>
      <line x1={MIDDLE} y1={MIDDLE} x2={x.toFixed(1)} y2={y.toFixed(1)} />
      <text x={textX.toFixed(1)} y={textY.toFixed(1)}>
        {letter}
      </text>
    </>
  );
}
