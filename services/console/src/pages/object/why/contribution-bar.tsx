const HALF = 55;
const HEIGHT = 14;

/** To the left of the middle what made the score less, to the right what made it more; the number stands beside it. */
export function ContributionBar({ contribution, strongest }: { contribution: number; strongest: number }) {
  // What stands for many features may be more than the strongest of them.
  const length = strongest > 0 ? Math.min(Math.abs(contribution) / strongest, 1) * HALF : 0;
  const width = Math.round(length * 10) / 10;
  return (
    <svg class="small" aria-hidden="true" viewBox={`0 0 ${2 * HALF} ${HEIGHT}`} width={2 * HALF} height={HEIGHT}>
      <path class="axis" d={`M${HALF} 0v${HEIGHT}`} />
      {width > 0 && (
        <rect
          class={contribution < 0 ? 'bar less' : 'bar'}
          x={contribution < 0 ? Math.round((HALF - width) * 10) / 10 : HALF}
          y={2}
          width={width}
          height={HEIGHT - 4}
        />
      )}
    </svg>
  );
}
