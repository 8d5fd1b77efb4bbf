import { type AlertCutouts, readEnvelope } from '@lvra/alerts';

/** An alert in Lasair's full form, as the stages read it. */
export interface Alert {
  readonly diaObjectId: bigint;
  /** Its bytes in the batch file. */
  readonly bytes: Buffer;
  /** Of the trigger, in decimal digits; if the format has it. */
  readonly diaSourceId?: string;
  /** If the format has any. */
  readonly cutouts?: AlertCutouts['images'];
  /** Whether it is also of a known object of the solar system; if the format has it. */
  readonly solarSystem?: boolean;
}

/** Why an alert is counted but not processed; a fixed set, because it labels a metric. */
export type LeftOutReason = 'solar_system' | 'no_object' | 'read_before';

/** How the messages of a source become alerts. */
export interface AlertFormat {
  /**
   * @returns the reason if the alert is out of scope
   * @throws AlertRejected if the message must go to quarantine
   */
  read(message: Buffer): Alert | LeftOutReason;
  /** The schema that a message still needs; undefined if it can be read. */
  missing?(message: Buffer): MissingSchema | undefined;
}

/** A schema that is not known yet. */
export interface MissingSchema {
  readonly id: number;
  /** Asks for it once. @returns whether messages of this id can be processed now, if only into quarantine */
  look(): Promise<boolean>;
}

/** Alerts as a Lasair filter sends them; their bytes are kept unchanged. */
export const jsonFormat: AlertFormat = {
  read: (message) => ({ diaObjectId: readEnvelope(message).diaObjectId, bytes: message }),
};
