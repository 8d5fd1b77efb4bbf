/**
 * The alert thresholds of deploy/prometheus/rules/lvra.yml, for the panels to draw; that file gives the reasons. A test
 * keeps the two equal.
 */
export const LIMITS = {
  lagMessages: { alert: 'LvraLagGrowing', value: 25_000 },
  pendingStems: { alert: 'LvraStageStuck', value: 0 },
  deadStems: { alert: 'LvraDeadLetters', value: 0 },
  latencySeconds: { alert: 'lvra:annotated_late:ratio30m', value: 60 },
  lateShare: { alert: 'LvraLatencyBurnsSlowly', value: 6 * 0.01 },
  unannotatedSeconds: { alert: 'LvraAlertsWait', value: 300 },
  callsLeft: { alert: 'LvraCallBudgetNearlyGone', value: 950 },
  stability: { alert: 'LvraScoreDrift', value: 0.25 },
  outOfRangeShare: { alert: 'LvraValuesOutOfRange', value: 0.05 },
  ledgerSeconds: { alert: 'LvraLedgerSlow', value: 1 },
  quarantinedAnHour: { alert: 'LvraQuarantineGrowing', value: 10 },
} as const;
