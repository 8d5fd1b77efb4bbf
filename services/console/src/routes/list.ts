import { z } from 'zod';

/** A list in an answer: what operations answer with is not to be changed. */
export const list = <T extends z.ZodType>(of: T) => z.array(of).readonly();
