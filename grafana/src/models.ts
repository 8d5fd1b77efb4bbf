import { LIMITS } from './limits.js';
import { CHOSEN, graph, number, table } from './panels.js';

const above = (score: string) =>
  `sum by (vra, version) (increase(lvra_score_count{${CHOSEN}}[12h])) - sum by (vra, version) (increase(lvra_score_bucket{${CHOSEN},le="${score}"}[12h]))`;

/** Can the scores be trusted? */
export const models = {
  uid: 'lvra-models',
  file: 'models.json',
  title: 'Models',
  description: 'The scores of the models, and whether their input is like that of their training.',
  rows: {
    Scores: [
      table({
        title: 'Models in use',
        description: 'Several versions of one VRA for longer than a minute: a replica does not use the new one yet.',
        unit: 'none',
        queries: [{ expr: `count by (vra, version) (lvra_model_info{${CHOSEN}})` }],
        page: '/models',
        width: 8,
      }),
      graph({
        title: 'Scores, median and tails',
        description:
          'Steady from night to night. A step with a new version is the version; one without is the sky or a field.',
        unit: 'none',
        queries: ['0.1', '0.5', '0.9'].map((quantile) => ({
          expr: `histogram_quantile(${quantile}, sum by (le, vra, version) (rate(lvra_score_bucket{${CHOSEN}}[30m])))`,
          legend: `{{vra}} {{version}} ${Number(quantile) * 100} %`,
        })),
        page: '/models',
        width: 16,
      }),
      table({
        title: 'Scores above 0.9 and 0.5',
        description: 'How many of the last 12 hours lie above a score. `lvra object` shows an object’s own.',
        unit: 'short',
        queries: [
          { expr: `label_replace(${above('0.9')}, "above", "0.9", "", "")` },
          { expr: `label_replace(${above('0.5')}, "above", "0.5", "", "")` },
        ],
        page: '/candidates',
        width: 12,
      }),
      graph({
        title: 'Scores given',
        description: 'By version. Shadow VRAs count here too, and are not annotated.',
        unit: 'cps',
        queries: [
          {
            expr: `sum by (vra, version) (rate(lvra_score_count{${CHOSEN}}[$__rate_interval]))`,
            legend: '{{vra}} {{version}}',
          },
        ],
        width: 12,
      }),
    ],
    Drift: [
      number({
        title: 'Refused versions',
        description: 'Above 0: the settings name a version whose file cannot be used; the previous one stays in use.',
        unit: 'none',
        queries: [{ expr: `sum(max by (vra, version) (lvra_model_refused{${CHOSEN}})) or vector(0)` }],
        limit: { value: 0, red: 'above' },
        width: 4,
      }),
      graph({
        title: 'Population stability of the scores',
        description: 'Against the import or the nights before. Below 0.1 as usual, above 0.25 something changed.',
        unit: 'none',
        queries: [{ expr: `max by (vra, version) (lvra_score_psi{${CHOSEN}})`, legend: '{{vra}} {{version}}' }],
        limit: { value: LIMITS.stability.value, red: 'above' },
        page: '/models',
        width: 10,
      }),
      graph({
        title: 'Values out of the range at import',
        description:
          'Share of the feature values below the least or above the greatest that the import was given. Rising: the model is asked about what it has not seen.',
        unit: 'percentunit',
        queries: [
          { expr: `avg by (vra, version) (lvra_out_of_range_share{${CHOSEN}})`, legend: '{{vra}} {{version}}' },
        ],
        limit: { value: LIMITS.outOfRangeShare.value, red: 'above' },
        page: '/models',
        width: 10,
      }),
      table({
        title: 'Features missing more often than at import',
        description:
          'Share missing now, less the share at import. Near 1: the field was renamed or dropped from the alerts.',
        unit: 'percentunit',
        queries: [
          {
            expr: `topk(15, clamp_min(max by (vra, version, feature) (lvra_feature_missing_share{${CHOSEN}}) - on(vra, version, feature) max by (vra, version, feature) (lvra_feature_missing_share_at_import), 0))`,
          },
        ],
        page: '/models',
        width: 12,
      }),
      table({
        title: 'Features out of the range at import',
        description:
          'Share of the rows where the feature lies outside of the values that the import was given. Near 1: its unit or its meaning changed.',
        unit: 'percentunit',
        queries: [
          {
            expr: `topk(15, max by (vra, version, feature) (lvra_feature_out_of_range_share{${CHOSEN}}) > 0)`,
          },
        ],
        page: '/models',
        width: 12,
      }),
    ],
  },
};
