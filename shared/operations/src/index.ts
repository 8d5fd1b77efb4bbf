export { type BackfillPlan, backfill, cancelBackfill, type LeftOut } from './changes/backfill.js';
export { readLabelFile } from './changes/label-file.js';
export { type MovedLedger, moveLedger } from './changes/move-ledger.js';
export { prune } from './changes/prune.js';
export { restore } from './changes/restore.js';
export { type Retried, resume, retry, retryable, type WhichStems } from './changes/retry.js';
export { unusedName } from './changes/unused-name.js';
export { useModel } from './changes/use-model.js';
export { iso } from './iso.js';
export { checkNights, stemRange } from './night-range.js';
export { type NightSpan, nightAt, nightNamed } from './night-span.js';
export { type Look, type OpenLedger, openLook, withLedger } from './open-ledger.js';
export type { Candidate as NightCandidate } from './questions/candidates/candidate.js';
export {
  type Candidates,
  type CandidatesQuestion,
  candidates,
  everyCandidate,
  OTHER_VERSIONS,
  SORTS,
  type Sort,
} from './questions/candidates/candidates.js';
export type { Cone } from './questions/candidates/cone.js';
export { FATES } from './questions/candidates/fates.js';
export { FLAGS, type Flag } from './questions/candidates/filter.js';
export { ANY_LABEL, NO_LABEL } from './questions/candidates/labelled.js';
export { type Position, positionOf } from './questions/candidates/position.js';
export { type ModelQuality, modelQuality } from './questions/labels/model-quality.js';
export type { QualityAt } from './questions/labels/quality.js';
export {
  BINS,
  binOf,
  type CompareQuestion,
  type Comparison,
  comparisonOf,
  DIFFERENCE_BINS,
  FIELD_BINS,
  type ScorePair,
} from './questions/models/compare-models.js';
export type { FeatureShare, MissingFeatures } from './questions/models/missing-features.js';
export {
  type ComparedScores,
  type ComparisonQuestion,
  DIFFERENCE_SHARES,
  type ModelComparison,
  modelComparison,
  type ObjectScores,
} from './questions/models/model-comparison.js';
export {
  allModels,
  type ModelRecord,
  modelRecord,
  type VersionRecord,
  type VraVersions,
} from './questions/models/model-record.js';
export { type ModelSpread, type NightSpread, stabilityMeaning } from './questions/models/model-spread.js';
export { type VraModels, vraModels } from './questions/models/models.js';
export { usualThreshold } from './questions/models/threshold.js';
export { type CutoutSource, type ObjectCutouts, objectCutouts } from './questions/objects/cutouts.js';
export { explainScore } from './questions/objects/explain/explain-score.js';
export type { ExplainedFeature, ExplainedScore } from './questions/objects/explain/explained-score.js';
export { comparedInWords, quantileInWords } from './questions/objects/explain/in-words.js';
export { newestScores } from './questions/objects/explain/newest-scores.js';
export { type LatestFeatures, latestFeatures } from './questions/objects/features.js';
export { type FlagRecord, objectFlags } from './questions/objects/flags.js';
export { lightCurve, type ObjectLightCurve, type Point, pointOf, pointsOf } from './questions/objects/light-curve.js';
export { type LabelOfObject, type ObjectRecord, objectRecord, type ScoreRecord } from './questions/objects/object.js';
export { type Found, search } from './questions/objects/search.js';
export { parsedReport, type ReportRecord, reportRecord } from './questions/objects/tns-reports.js';
export { type Candidate, type TopCandidates, topCandidates } from './questions/objects/top.js';
export {
  becameOf,
  putAsideBy,
  type QuarantineRecord,
  quarantined,
  quarantinedAlert,
  quarantinedBytes,
  quarantineRecord,
} from './questions/quarantine/quarantine.js';
export {
  type BytesShown,
  firstBytes,
  type QuarantinePage,
  quarantinePage,
  stemQuarantined,
} from './questions/quarantine/quarantine-pages.js';
export { type DeadStem, deadLetters } from './questions/stems/dead-letters.js';
export { type EndedStem, endedStems } from './questions/stems/ended-stems.js';
export { pausedInWords } from './questions/stems/paused.js';
export { type Status, status } from './questions/stems/status.js';
export { type StemRecord, stemRecord } from './questions/stems/stem.js';
export { type ScoresOfStem, scoresOfStem } from './questions/stems/stem-scores.js';
export { type StemSpan, type StemSpans, stemSpans } from './questions/stems/stem-spans.js';
export {
  type Progress,
  recentStems,
  type StageOfStem,
  type StemPage,
  type StemRow,
  stemStages,
} from './questions/stems/stems-tonight.js';
export { type StageTonight, type Tonight, tonight, type VraTonight } from './questions/stems/tonight.js';
export { type Check, type Counts, type Finding, Findings } from './verify/findings.js';
export { type VerifyOptions, verify, verifyLedgerFile } from './verify/verify.js';
