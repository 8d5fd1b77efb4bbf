export { type Annotation, LONGEST_CLASSDICT, validationErrorOf } from './annotations/annotation-fields.js';
export type { Call } from './annotations/annotation-rows.js';
export type { CallsLeft } from './annotations/call-budget.js';
export { classificationOf, plainDecimal } from './annotations/decimal.js';
export { unsendable } from './annotations/newest-score.js';
export {
  ANNOTATION_OUTCOMES,
  type AnnotationOutcome,
  type Outcome,
  type Outcomes,
  type Settlement,
} from './annotations/outcomes.js';
export type { CallEnd, Sendable } from './annotations/reservations.js';
export type { PastScore } from './annotations/score-history.js';
export { AnnotationScores, type Score, THRESHOLD_FLAGS } from './annotations/scores.js';
export { compareSources, newestFirst } from './annotations/source-order.js';
export type { HeldLocks, Lockable, OddValue, WriteTime } from './database.js';
export { LedgerDamaged, LedgerFull, LedgerGone, LedgerNotReady, LedgerReplaced, LedgerUnavailable } from './errors.js';
export type { AlertPlaces, AlertSizes } from './intake/alert-places.js';
export { BatchLedger, type BatchRecord, type OffsetRange, OffsetsTaken } from './intake/batches.js';
export { checksumOfScores } from './intake/checksums.js';
export type { Removed } from './intake/forget.js';
export { groupIdOf } from './intake/kafka-group-id.js';
export { type KafkaPosition, KafkaPositions, type StemRange, type Turn } from './intake/kafka-positions.js';
export type { KafkaMark } from './intake/kafka-trail.js';
export type { Label, LabelRecord } from './labels.js';
export { Ledger } from './ledger.js';
export { type Moved, moveToFile, moveToServer } from './move/move.js';
export type { MoveProgress } from './move/move-ledger.js';
export { type QuarantinedAlert, type QuarantineEntry, QuarantineLedger } from './quarantine.js';
export type { BestScore } from './queries/best-scores.js';
export type { FileRecord, RecordedFile } from './queries/file-records.js';
export type { Fated, FateOfScore } from './queries/night/fates.js';
export type { NightScore, PackedFlags, StemOfNight } from './queries/night/night-scores.js';
export type { RecordedScore } from './queries/night/recorded-scores.js';
export type { Fate, ObjectFlags, ObjectScore } from './queries/object.js';
export type { QuarantineCount, QuarantineQuestion } from './queries/quarantine-pages.js';
export type { OpenWork, RecentStem, StemFilter } from './queries/recent-stems.js';
export type { RunScore } from './queries/run-summary.js';
export { type ComparedScore, ComparedScores, type ScoredBy } from './queries/score-comparison.js';
export type { OpenStems, StageOverview, UnfinishedStem, UnscoredStems } from './queries/stage-summary.js';
export type { BatchHistory, ScoredAlert, StemOffsets, StemScores, StemStatus } from './queries/stem.js';
export { AlertVerification } from './queries/verify/alerts.js';
export { MappingVerification } from './queries/verify/mapping.js';
export { NameVerification } from './queries/verify/names.js';
export { type ObjectFacts, ObjectVerification } from './queries/verify/objects.js';
export { type KeptTurn, type OffsetFault, OffsetVerification } from './queries/verify/offsets.js';
export { type FlagFact, type ScoreFact, type StemFacts, StemVerification } from './queries/verify/stems.js';
export { REFERENCE_SCHEMA } from './sqlite/migrations/python-schema.js';
export { assertMovedAway } from './sqlite/move/moved-away.js';
export { restoreDatabase } from './sqlite/restore.js';
export { ledgerFaults } from './sqlite/schema/schema-faults.js';
export { stageOfTable } from './status-tables.js';
export { THRESHOLDS } from './thresholds.js';
export {
  type NewTnsReport,
  TnsLedger,
  type TnsOutcome,
  type TnsRecord,
  type TnsSettlement,
  type TnsSite,
} from './tns-reports.js';
export type { Asked, BackfillProgress, PastStem } from './work/backfill.js';
export type { Claim } from './work/claim.js';
export type { DeadLetter } from './work/dead-letters.js';
export {
  type FeatureFile,
  type FeatureRecord,
  NOT_ANNOTATED,
  type ScoreRecord,
  type ThresholdFlags,
} from './work/results.js';
export { type NightOfScores, ScoreCounts, type ScoredVersion } from './work/score-histogram.js';
export type { StemEvent } from './work/stem-events.js';
export { LONGEST_BACKOFF_MS } from './work/waits.js';
export { WorkQueue } from './work/work-queue.js';
