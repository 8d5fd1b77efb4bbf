import type { Random } from '@lvra/core';
import { APPEARANCES, type Look } from './appearance.js';
import { type Context, contextOf } from './context.js';
import { type LightCurve, lightCurveOf } from './light-curves.js';
import { type DiaSource, type Exposure, measure, passFilter } from './source.js';
import { detectorOf, sourceId } from './source-ids.js';
import { BANDS, type Survey, type Visit } from './survey.js';
import { isReal, type Truth } from './truth.js';

/** An object with all of Rubin's measurements, oldest first. */
export interface SimulatedObject {
  readonly id: string;
  readonly truth: Truth;
  /** Its position, degrees. */
  readonly ra: number;
  readonly decl: number;
  readonly sources: readonly DiaSource[];
  /** Forced photometry on visits without a detection; often none was made. */
  readonly forced: readonly ForcedSource[];
  readonly context: Context;
}

/** One diaForcedSource: fluxes in nJy at the object's position. */
export interface ForcedSource {
  readonly id: string;
  readonly visit: Visit;
  readonly detector: number;
  readonly psfFlux: number;
  readonly psfFluxErr: number;
  readonly scienceFlux: number;
  readonly scienceFluxErr: number;
}

/** What an object is made from. */
export interface ObjectPlan {
  readonly truth: Truth;
  /** The object's number in the simulation, from 0; its ids derive from it. */
  readonly serial: number;
  /** The visit that triggers its first alert, and the later one that triggers another, if any. */
  readonly trigger: Visit;
  readonly later: Visit | undefined;
  /** How many sources the first alert should have, from 2; fewer if the object was not bright for long enough. */
  readonly sources: number;
}

/** Flux over error below which the difference image shows nothing; the published snr is from 5. */
const DETECTION = 5.25;

/** The least flux of a light curve at the trigger, so that its peak does not become absurd. */
const FAINTEST = 0.05;

/** The extra variance of a nJy of light, nJy: the photon noise of science image and template. */
const PHOTON_NOISE = 1.3;

/**
 * Some artefacts look like a point source on every visit, and some real objects do not: a supernova on a badly
 * subtracted core, a star near a bright one. No classifier can tell these apart from one alert.
 */
const LOOKS_OTHERWISE = { artefact: 0.05, real: 0.025 };

/** Objects with forced photometry, and how many of its newest are in an alert at most. */
const FORCED_SHARE = 0.3;
const FORCED_LIMIT = 20;

export function simulateObject(plan: ObjectPlan, survey: Survey, seed: number, random: Random): SimulatedObject {
  return new ObjectInTheMaking(plan, survey, seed, random).build();
}

class ObjectInTheMaking {
  private readonly look: Look;
  private readonly curve: LightCurve;
  private readonly release: number;
  private readonly ra: number;
  private readonly decl: number;
  /** nJy of one unit of the light curve. */
  private readonly scale: number;
  /** The template is brighter by this factor from band to band, towards the red. */
  private readonly redness: number;
  /** Newest first, while the walk goes back in time. */
  private readonly sources: DiaSource[] = [];
  private readonly forced: ForcedSource[] = [];

  constructor(
    private readonly plan: ObjectPlan,
    private readonly survey: Survey,
    private readonly seed: number,
    private readonly random: Random,
  ) {
    const { truth, trigger, later } = plan;
    this.look = lookOf(truth, random);
    this.curve = lightCurveOf(truth, trigger.midpoint, random);
    this.release = random.chance(0.8) ? 1 : 2;
    const [ra, decl] = survey.centre(trigger.field);
    this.ra = (((ra + random.between(-1.6, 1.6)) % 360) + 360) % 360;
    this.decl = decl + random.between(-1.6, 1.6);
    this.redness = random.logNormal(1.1, 0.15);
    const laterUnits = later && this.curve.fluxOn(later);
    const units = this.curve.fluxOn(trigger);
    this.scale = (this.significance() * trigger.skyError) / Math.max(Math.abs(units), FAINTEST);
    if (later && laterUnits !== undefined) this.detectNewest(later, laterUnits);
    this.detectNewest(trigger, units);
  }

  build(): SimulatedObject {
    const { plan, random } = this;
    const wanted = plan.sources + this.sources.length - 1;
    const hasForced = random.chance(FORCED_SHARE);
    // An object with many sources is seen several times a night.
    const again = plan.sources / (plan.sources + 12);
    let visit = plan.trigger;
    for (let left = 4 * wanted + 12; left > 0 && this.sources.length < wanted; left--) {
      visit = this.previousVisit(visit, again);
      if (visit.midpoint < this.curve.begins) break;
      const measured = this.exposeOn(visit, this.curve.fluxOn(visit));
      if (Math.abs(measured.flux) >= DETECTION * measured.fluxErr) this.sources.push(measure(measured, random));
      else if (hasForced && this.forced.length < FORCED_LIMIT) this.forced.push(this.force(measured));
    }
    if (this.sources.length < (plan.later ? 3 : 2)) this.addSecondSource();
    const sources = this.sources.reverse();
    return {
      id: (sources[0] as DiaSource).id,
      truth: plan.truth,
      ra: this.ra,
      decl: this.decl,
      sources,
      forced: this.forced.reverse(),
      context: contextOf(plan.truth, plan.trigger.number.slice(0, 4), random),
    };
  }

  /** Signal-to-noise of the trigger. */
  private significance(): number {
    const typical = APPEARANCES[this.look].significance;
    return Math.min(DETECTION + this.random.logNormal(typical - DETECTION, 1), 900);
  }

  /** Lasair's filter has passed the newest sources. */
  private detectNewest(visit: Visit, units: number): void {
    const source = measure(detected(this.exposeOn(visit, units)), this.random);
    this.sources.push(passFilter(source, this.look, this.random));
  }

  /** An object passes the filter from its second source on: its first one was shortly before. */
  private addSecondSource(): void {
    const { survey, plan, random } = this;
    const visit = survey.neighbour(plan.trigger, -random.whole(1, 3)) ?? survey.earlier(plan.trigger, 1, 0.9);
    this.sources.push(measure(detected(this.exposeOn(visit, this.curve.fluxOn(visit))), random));
  }

  private previousVisit(visit: Visit, again: number): Visit {
    const { random, survey } = this;
    const sameNight = random.chance(again) ? survey.neighbour(visit, -random.whole(1, 6)) : undefined;
    return sameNight ?? survey.earlier(visit, 1 + Math.floor(random.exponential(3)), random.uniform());
  }

  /** @param units the true flux in units of the light curve */
  private exposeOn(visit: Visit, units: number): Exposure {
    const { random, ra, decl, look, plan } = this;
    const template = this.curve.template * this.scale * this.redness ** (BANDS.indexOf(visit.band) - 2);
    const trueFlux = units * this.scale;
    const fluxErr = Math.sqrt(visit.skyError ** 2 + PHOTON_NOISE * (Math.abs(trueFlux) + template));
    const detector = detectorOf(this.seed, plan.serial, visit);
    const id = String(sourceId(this.release, plan.serial, visit, detector));
    return { id, visit, detector, ra, decl, flux: trueFlux + fluxErr * random.gaussian(), fluxErr, template, look };
  }

  private force({ id, visit, detector, flux, fluxErr, template }: Exposure): ForcedSource {
    const { random } = this;
    return {
      id,
      visit,
      detector,
      psfFlux: flux,
      psfFluxErr: fluxErr,
      scienceFlux: template + flux + 0.4 * fluxErr * random.gaussian(),
      scienceFluxErr: fluxErr * random.between(0.95, 1.02),
    };
  }
}

/** The same exposure with its flux raised to the limit of detection, if it is below. */
function detected(exposure: Exposure): Exposure {
  const flux = Math.max(Math.abs(exposure.flux), 1.02 * DETECTION * exposure.fluxErr);
  return { ...exposure, flux: exposure.flux < 0 ? -flux : flux };
}

function lookOf(truth: Truth, random: Random): Look {
  if (isReal(truth)) return random.chance(LOOKS_OTHERWISE.real) ? 'subtraction artefact' : 'point source';
  return random.chance(LOOKS_OTHERWISE.artefact) ? 'point source' : truth;
}
