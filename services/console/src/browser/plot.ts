/** Nothing is near a pointer that is farther away; CSS pixels. */
const NEAR = 40;
/** A shorter stroke is a click; units of the viewBox. */
const SHORTEST_STROKE = 6;

/** Has every plot tell of the mark that is nearest to the pointer, and take a stroke as the times to show. */
export function readPlots(): void {
  document.addEventListener('pointermove', (event) => {
    const plot = (event.target as Element).closest?.<SVGSVGElement>('.plot svg');
    if (plot) tellNearest(plot, event);
  });
  document.addEventListener('pointerdown', (event) => {
    const plot = (event.target as Element).closest?.<SVGSVGElement>('svg[data-zoom]');
    if (plot && event.button === 0 && event.pointerType !== 'touch') strokeOver(plot, event);
  });
  document.addEventListener('dblclick', ({ target }) => {
    const plot = (target as Element).closest?.<SVGSVGElement>('svg[data-zoom]');
    if (plot) showTimes(plot, undefined);
  });
}

function tellNearest(plot: SVGSVGElement, { clientX, clientY }: PointerEvent): void {
  let nearest: SVGElement | undefined;
  let least = NEAR ** 2;
  for (const mark of plot.querySelectorAll<SVGElement>('[data-tip]')) {
    const { left, right, top, bottom } = mark.getBoundingClientRect();
    const distance = ((left + right) / 2 - clientX) ** 2 + ((top + bottom) / 2 - clientY) ** 2;
    if (distance >= least) continue;
    least = distance;
    nearest = mark;
  }
  plot.querySelector('.chosen')?.classList.remove('chosen');
  nearest?.classList.add('chosen');
  if (plot.querySelector('[data-tip]')) tipOf(plot).textContent = nearest?.dataset.tip ?? '';
}

/** The line below the plot. The table has the same for whom has no pointer. */
function tipOf(plot: SVGSVGElement): Element {
  const figure = plot.closest('.plot')!;
  let tip = figure.querySelector('.tip');
  if (!tip) {
    tip = document.createElement('span');
    tip.className = 'tip';
    tip.setAttribute('aria-hidden', 'true');
    plot.after(tip);
  }
  return tip;
}

function strokeOver(plot: SVGSVGElement, { pointerId, clientX }: PointerEvent): void {
  const [least, most] = pairOf(plot.dataset.range);
  const xOf = (x: number) => {
    const inPlot = new DOMPoint(x, 0).matrixTransform(plot.getScreenCTM()!.inverse()).x;
    return Math.max(least, Math.min(inPlot, most));
  };
  const start = xOf(clientX);
  const brush = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  brush.setAttribute('class', 'brush');
  brush.setAttribute('height', '100%');
  plot.append(brush);
  plot.setPointerCapture(pointerId);
  const end = new AbortController();
  const { signal } = end;
  plot.addEventListener(
    'pointermove',
    (event) => {
      const to = xOf(event.clientX);
      brush.setAttribute('x', `${Math.min(start, to)}`);
      brush.setAttribute('width', `${Math.abs(to - start)}`);
    },
    { signal },
  );
  plot.addEventListener(
    'pointerup',
    (event) => {
      const to = xOf(event.clientX);
      if (Math.abs(to - start) >= SHORTEST_STROKE) showTimes(plot, [Math.min(start, to), Math.max(start, to)]);
    },
    { signal },
  );
  plot.addEventListener(
    'lostpointercapture',
    () => {
      end.abort();
      brush.remove();
    },
    { signal },
  );
}

/** @param ends in units of the viewBox; undefined for all there is */
function showTimes(plot: SVGSVGElement, ends: readonly [number, number] | undefined): void {
  const address = new URL(location.href);
  const [first, last] = pairOf(plot.dataset.domain);
  const [least, most] = pairOf(plot.dataset.range);
  for (const [index, name] of (plot.dataset.zoom ?? '').split(',').entries()) {
    if (ends === undefined) address.searchParams.delete(name);
    else {
      const time = first + ((ends[index === 0 ? 0 : 1] - least) / (most - least)) * (last - first);
      address.searchParams.set(name, time.toFixed(4));
    }
  }
  if (address.href !== location.href) location.assign(address);
}

function pairOf(text = ''): [number, number] {
  const [first = 0, second = 0] = text.split(',').map(Number);
  return [first, second];
}
