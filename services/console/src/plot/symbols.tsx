import {
  type SymbolType,
  symbol,
  symbolCircle,
  symbolDiamond,
  symbolSquare,
  symbolStar,
  symbolTriangle,
  symbolWye,
} from 'd3-shape';

/** Rubin's bands, from the shortest wavelength. */
export const BANDS = ['u', 'g', 'r', 'i', 'z', 'y'] as const;

export type Band = (typeof BANDS)[number];

const TURN = Math.PI / 3;

const symbolHexagon: SymbolType = {
  draw(context, size) {
    // Of a regular hexagon with this area.
    const side = Math.sqrt((2 * size) / (3 * Math.sqrt(3)));
    for (let corner = 0; corner < 6; corner += 1) {
      const [x, y] = [side * Math.sin(corner * TURN), -side * Math.cos(corner * TURN)];
      if (corner === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
    context.closePath();
  },
};

const symbolTriangleDown: SymbolType = {
  draw(context, size) {
    const y = Math.sqrt(size / (Math.sqrt(3) * 3));
    context.moveTo(0, y * 2);
    context.lineTo(-Math.sqrt(3) * y, -y);
    context.lineTo(Math.sqrt(3) * y, -y);
    context.closePath();
  },
};

/** Each band has a shape beside its colour, those of Rubin's style: a colour alone says nothing to many, or on paper. */
const OF_BAND: Readonly<Record<Band, SymbolType>> = {
  u: symbolCircle,
  g: symbolTriangle,
  r: symbolTriangleDown,
  i: symbolSquare,
  z: symbolStar,
  y: symbolHexagon,
};

const SERIES = [symbolCircle, symbolSquare, symbolTriangle, symbolDiamond, symbolStar, symbolWye];
const AREA = 46;

const paths = new Map<SymbolType, string>();

function pathOf(type: SymbolType): string {
  const path = paths.get(type) ?? symbol(type, AREA).digits(2)() ?? '';
  paths.set(type, path);
  return path;
}

export function isBand(name: string | null): name is Band {
  return BANDS.some((band) => band === name);
}

/** The shapes of the bands, to be drawn with `BandMark`: once in a picture. */
export function BandShapes() {
  return (
    <defs>
      {BANDS.map((band) => (
        <path id={`band-${band}`} d={pathOf(OF_BAND[band])} />
      ))}
      <path id="band-none" d={pathOf(symbolDiamond)} />
    </defs>
  );
}

interface MarkProps {
  /** The class that fills it or leaves it hollow. */
  readonly kind: string;
  readonly x: number;
  readonly y: number;
  /** What is shown of it below the plot while the pointer is near. */
  readonly tip?: string;
}

export function BandMark({ band, kind, x, y, tip }: MarkProps & { readonly band: string | null }) {
  return <use href={`#band-${isBand(band) ? band : 'none'}`} class={kind} x={x} y={y} data-tip={tip} />;
}

/** The shape of the nth of several series. */
export function SeriesMark({ series, kind, x, y, tip }: MarkProps & { readonly series: number }) {
  const shape = pathOf(SERIES[series % SERIES.length] ?? symbolCircle);
  return <path class={kind} transform={`translate(${x} ${y})`} d={shape} data-tip={tip} />;
}

/** The class with the band's colour. */
export function colourOf(band: string | null): string {
  return isBand(band) ? `band-${band}` : 'band-none';
}
