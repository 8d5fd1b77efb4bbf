import { type Axis, type Data, type Legend, type Mark, parse, type Scale, View } from 'vega';

/** Told apart in every kind of colour blindness, and on white. Source: Okabe & Ito 2008. */
export const COLOURS = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9'] as const;
export const GREY = '#777777';

/** What every picture has: a white ground, which holds in a dark page too, and a title that says what is seen. */
export interface Picture {
  readonly title: string;
  readonly subtitle: string;
  readonly width: number;
  readonly height: number;
  readonly marks: Mark[];
  readonly data?: Data[];
  readonly scales: Scale[];
  readonly axes?: Axis[];
  readonly legends: Legend[];
}

/** @returns SVG */
export async function draw({ title, subtitle, ...rest }: Picture): Promise<string> {
  const view = new View(
    parse({
      background: 'white',
      padding: 18,
      title: {
        ...{ text: title, subtitle, anchor: 'start', frame: 'group', offset: 26 },
        ...{ fontSize: 16, subtitleFontSize: 12, subtitlePadding: 6, subtitleColor: '#444444' },
      },
      config: {
        axis: {
          ...{ labelFontSize: 12, titleFontSize: 12, titleFontWeight: 'normal', titlePadding: 8 },
          ...{ gridColor: '#e4e4e4', domainColor: '#888888', tickColor: '#888888' },
        },
        legend: { labelFontSize: 12, titleFontSize: 12, titleFontWeight: 'normal', labelLimit: 400 },
      },
      ...rest,
    }),
    { renderer: 'none' },
  );
  try {
    return `${await view.toSVG()}\n`;
  } finally {
    view.finalize();
  }
}
