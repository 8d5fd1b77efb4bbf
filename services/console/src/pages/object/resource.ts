import { latestFeatures, lightCurve, objectFlags, objectRecord } from '@lvra/operations';
import { resource } from '../../routes/resource.js';
import { orNotFound } from '../../server/errors.js';
import { OBJECT } from './answer.js';
import { ObjectPage } from './page.js';
import { linksOf } from './place/links.js';
import { stampsOf } from './stamps/read.js';
import { OBJECT_PARAMS } from './view.js';
import { explainedScore } from './why/read.js';

export const object = resource({
  path: '/objects/:id',
  summary: 'One object: its light curve, every score of it, what Lasair shows, its reports to TNS',
  params: OBJECT_PARAMS,
  answer: OBJECT,
  async read(look, { id, source, explain }) {
    const record = await orNotFound(objectRecord(look, BigInt(id)));
    const curve = await lightCurve(look, BigInt(id));
    const named = record.tns.find(({ site, objname }) => site === 'live' && objname !== null);
    const tnsName = curve.tnsName ?? named?.objname ?? null;
    return {
      ...record,
      tnsName,
      lightCurve: curve,
      explained: await explainedScore(look, record, explain),
      stamps: await stampsOf(look, record, source),
      vras: look.settings.vras.map(({ modelName, topicOut, lowestScore }) => ({
        ...{ vra: modelName, topic: topicOut, lowestScore: lowestScore ?? null },
      })),
      possibleLabels: [
        ...new Set(
          look.settings.vras.flatMap(({ positiveLabels, negativeLabels }) => [...positiveLabels, ...negativeLabels]),
        ),
      ],
      flags: await objectFlags(look, record),
      features: record.lastStem === null ? [] : await latestFeatures(look, BigInt(id), record.lastStem),
      links: linksOf({ ...curve, tnsName }, look.settings.endpoint),
    };
  },
  title: ({ diaObjectId }) => diaObjectId,
  Page: ObjectPage,
});
