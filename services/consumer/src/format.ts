import { readEnvelope } from '@lvra/shared/alerts/envelope';

/** The images of an alert, each a FITS file; undefined where it has none. */
export interface Cutouts {
  readonly difference: Buffer | undefined;
  readonly science: Buffer | undefined;
  readonly template: Buffer | undefined;
}

/** An alert as it goes on: Lasair's full form. */
export interface Alert {
  readonly diaObjectId: bigint;
  /** What stands in the batch file. */
  readonly bytes: Buffer;
  /** Of the trigger, in decimal digits; known where the format says it. */
  readonly diaSourceId?: string;
  readonly cutouts?: Cutouts;
  /** Whether it is also of a known object of the solar system; known where the format says it. */
  readonly solarSystem?: boolean;
}

/** Why an alert is counted and not taken; a fixed set, because it labels a metric. */
export type LeftOutReason = 'solar_system' | 'no_object' | 'read_before';

/** How the messages of a source become alerts. */
export interface AlertFormat {
  /**
   * @returns the reason where the alert is none for this pipeline
   * @throws AlertRejected where the message goes to quarantine
   */
  read(message: Buffer): Alert | LeftOutReason;
  /** What a message cannot be read without yet; undefined where it can be read. */
  missing?(message: Buffer): MissingSchema | undefined;
}

/** A schema that is not known yet. */
export interface MissingSchema {
  readonly id: number;
  /** Looks for it once. @returns whether messages of this id can be read now, be it into quarantine */
  look(): Promise<boolean>;
}

/** Alerts as a Lasair filter sends them; their bytes go on as they came. */
export const jsonFormat: AlertFormat = {
  read: (message) => ({ diaObjectId: readEnvelope(message).diaObjectId, bytes: message }),
};
