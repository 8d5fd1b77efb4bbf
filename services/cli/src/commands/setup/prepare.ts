import { Command } from 'commander';
import { CONTAINER_PLACES, prepareContainers } from '../../container/prepare.js';

/** For docker-compose.yml, not for the command line: it works where the compose file mounts things. */
export function prepareCommand(): Command {
  return new Command('prepare')
    .description('check .env and make ready what the containers share; for docker compose')
    .action(() => prepareContainers(CONTAINER_PLACES));
}
