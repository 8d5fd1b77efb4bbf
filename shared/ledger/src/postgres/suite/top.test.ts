import { POSTGRES } from '../../testing/postgres.js';
import { holdsOn } from '../../testing/suite.js';

holdsOn(POSTGRES, '.');
