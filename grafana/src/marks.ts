import { SOURCE } from './panels.js';

/**
 * Lines through all graphs: when a process started (a restart, a deployment, another version of the program), and when
 * a model came into use. Plain JSON, because the SDK does not know what Grafana's Prometheus adds to an annotation.
 */
export const MARKS = [
  {
    name: 'Starts',
    datasource: SOURCE,
    enable: true,
    iconColor: 'blue',
    expr: 'max by (job, version, process) (process_start_time_seconds * on (process) group_left (version) lvra_info) * 1000',
    step: '60s',
    // The value is the time of the mark.
    useValueForTime: true,
    titleFormat: '{{job}} started',
    textFormat: 'version {{version}}, process {{process}}',
  },
  {
    name: 'Models',
    datasource: SOURCE,
    enable: true,
    iconColor: 'purple',
    expr: 'count by (vra, version) (lvra_model_info) unless count by (vra, version) (lvra_model_info offset 5m)',
    step: '60s',
    useValueForTime: false,
    titleFormat: '{{vra}} scores with {{version}}',
    textFormat: 'for five minutes at most',
  },
];
