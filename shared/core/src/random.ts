/**
 * The simulator's random numbers: the same seed gives the same sequence on every machine.
 *
 * The generator is sfc32 of C. Doty-Humphrey's PractRand (http://pracrand.sourceforge.net): small,
 * fast and of good quality. Gaussians come from Marsaglia's polar method (SIAM Review 6, 260, 1964),
 * which needs no sine or cosine: the last digits of these differ between JavaScript engines.
 */
export class Random {
  private a: number;
  private b: number;
  private c = 0x9e3779b9 | 0;
  private counter = 1;
  private spare: number | undefined;

  /** @param seed a whole number; 53 bits of it are used */
  constructor(seed: number) {
    this.a = seed | 0;
    this.b = Math.floor(seed / 2 ** 32) | 0;
    for (let round = 0; round < 15; round++) this.uniform();
  }

  /** From 0 up to but not 1, in steps of 2^-32. */
  uniform(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4294967296;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number {
    return low + Math.floor((high - low + 1) * this.uniform());
  }

  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** Mean 0, standard deviation 1. */
  gaussian(): number {
    if (this.spare !== undefined) {
      const spare = this.spare;
      this.spare = undefined;
      return spare;
    }
    let x: number;
    let y: number;
    let square: number;
    do {
      x = 2 * this.uniform() - 1;
      y = 2 * this.uniform() - 1;
      square = x * x + y * y;
    } while (square >= 1 || square === 0);
    const scale = Math.sqrt((-2 * Math.log(square)) / square);
    this.spare = y * scale;
    return x * scale;
  }

  /** `sigma` is the standard deviation of the natural logarithm. */
  logNormal(median: number, sigma: number): number {
    return median * Math.exp(sigma * this.gaussian());
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - this.uniform());
  }

  /** One of the names, each as often as its weight says; the weights need no particular sum. */
  pick<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
    const names = Object.keys(weights) as Name[];
    let left = this.uniform() * names.reduce((sum, name) => sum + weights[name], 0);
    for (const name of names) {
      left -= weights[name];
      if (left < 0) return name;
    }
    return names[names.length - 1] as Name;
  }
}

/**
 * A number from 0 up to but not 1 that depends only on its arguments: for values that must not depend on the order of
 * calls, such as the seeing of a visit. The mixing is the finalizer of A. Appleby's MurmurHash3.
 */
export function hashed(seed: number, first: number, second: number): number {
  let mixed = (seed | 0) ^ Math.imul(first | 0, 0x9e3779b1) ^ Math.imul(second | 0, 0x85ebca77);
  for (let round = 0; round < 2; round++) {
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    mixed = (mixed ^ (mixed >>> 16)) + 0x6d2b79f5;
  }
  return (mixed >>> 0) / 4294967296;
}
